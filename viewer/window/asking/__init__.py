"""What is asked of the model in a window while it goes on: which pixels, and what does it look for."""
