"""The dock with the inputs, as pictures with their answers."""
