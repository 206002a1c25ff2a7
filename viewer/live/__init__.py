"""A network that answers to what has just been drawn: who computes the answers, and a bundle that holds them."""
