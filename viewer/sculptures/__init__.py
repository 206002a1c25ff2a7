"""Sculptures of a bundle as arrays that can be drawn: paths, units and the colours of classes. Pure."""
