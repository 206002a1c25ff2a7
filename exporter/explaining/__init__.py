"""Explanations added to a bundle: which inputs, what is asked, and the overlays that come of it."""
