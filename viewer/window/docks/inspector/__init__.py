"""The dock that says of what is picked: its value, how it comes about, and whether that is so."""
