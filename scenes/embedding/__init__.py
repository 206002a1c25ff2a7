"""What the scene of embeddings is made of: which ones there are, the attack's track, when, where and what is said."""
