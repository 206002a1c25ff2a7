"""Images made by optimisation, written as inputs of a bundle, and what every layer makes of them."""
