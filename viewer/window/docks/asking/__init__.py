"""The dock to ask the model, and in which its answers form."""
