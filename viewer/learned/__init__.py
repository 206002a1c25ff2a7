"""What surveys of whole data sets tell: images, answers, the strongest patches, classes and nearness. Pure numpy."""
