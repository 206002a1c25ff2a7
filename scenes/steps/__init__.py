"""Scenes that show how one layer computes, cell by cell, with the numbers of the bundle: what they share."""
