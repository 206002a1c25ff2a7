"""A scene as one binary glTF file, which Blender, Unity, PowerPoint and browsers open and play."""
