"""The dock with the drift of an attack along the network."""
