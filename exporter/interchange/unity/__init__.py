"""The folder of nn-visualizer, a Unity project that shows a chain of layers: written, and examined by its rules."""
