"""What the scene of an image that emerges is made of: which run, its frame, its loss, and when what happens."""
