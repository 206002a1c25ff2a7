"""What the scene of a drawing is made of: where things stand, when what happens, and the pen."""
