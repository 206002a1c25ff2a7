"""Threads: all edges of a net as one mass of thin lines, chosen, measured and packed in numpy. Pure."""
