"""What the scenes of attacks share: the steps of an attack, the nets of it, the flight to where they part."""
