"""What the scene of explanations is made of: which are shown, where pictures stand, when what happens, what is said."""
