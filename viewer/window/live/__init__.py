"""What is drawn, dropped or seen by a camera, and how the scene answers to it."""
