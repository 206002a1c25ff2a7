"""Opens Keras models, runs pictures through them, attacks them, and writes what happened as a bundle."""
