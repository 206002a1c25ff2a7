"""A network beside the hardened one under the same change: their pairs of steps, the frame, what is told."""
