"""One change in two networks: what was made on which, the frame, what is told."""
