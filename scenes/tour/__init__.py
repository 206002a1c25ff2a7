"""A guided walk through a whole network: its lesson file, the stops that a network offers, what is said at each."""
