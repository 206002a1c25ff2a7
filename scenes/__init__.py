"""Choreographs bundles in time and records them."""
