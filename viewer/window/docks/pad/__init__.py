"""The dock to draw on, and what the network says of it."""
