"""What the step scenes say, in each language: a file of sentences for each scene, and who reads it."""
