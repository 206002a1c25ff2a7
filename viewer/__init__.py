"""Draws bundles: layout, stage, window. Knows no TensorFlow."""
