"""The dock with the layers of the network, found by name, kind and shape."""
