"""The window: a bundle to walk around in, driven from a timeline."""
