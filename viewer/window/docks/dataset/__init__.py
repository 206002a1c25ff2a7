"""The dock of a data set that was surveyed: what excites channels, images to load, and which are near to these."""
