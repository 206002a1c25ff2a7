"""What was kept of a survey's images: features of layers, and pixels of thumbnails, a row an image. No TensorFlow."""
