"""Files of other programs, from bundles and to them."""
