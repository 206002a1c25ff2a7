"""What the scene of patches is made of: which channels of which layers, where it stands, when, what is said."""
