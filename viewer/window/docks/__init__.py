"""The docks round the scene: each a `QDockWidget` that is made of the window alone and stands in `shelf.py`."""
