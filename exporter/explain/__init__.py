"""Explanations: which part of an input made the model say what it says. One file per method, one contract."""
