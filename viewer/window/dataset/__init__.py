"""A data set that was surveyed, in the window: its images under the pointer, and any of them in the net."""
