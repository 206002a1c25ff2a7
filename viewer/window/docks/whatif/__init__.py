"""The dock with a convolution to play with: its arithmetic and what it sees."""
