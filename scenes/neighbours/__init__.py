"""The scene of nearest images: a few images, and which others are near them by features and by pixels."""
