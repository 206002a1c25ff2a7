"""How well models bear attacks: accuracy against epsilon, attacks that transfer, and training against them."""
