"""What the scenes of sculptures share: which there are, how they turn, how units and edges gather."""
