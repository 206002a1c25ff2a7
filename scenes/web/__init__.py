"""A scene as one web page that opens from disk, without server and network."""
