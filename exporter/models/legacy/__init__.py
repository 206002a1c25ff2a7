"""Models of Keras 1 and 2, rebuilt from what they stored."""
