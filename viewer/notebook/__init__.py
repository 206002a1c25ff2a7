"""The notebook: a bundle to turn and play in a Jupyter cell, and a picture of it where no kernel runs."""
