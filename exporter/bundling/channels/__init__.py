"""Which units a model has and what lies between them: the walk through its graph, and its weights by channels."""
