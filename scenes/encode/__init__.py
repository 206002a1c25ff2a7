"""Pictures to files: frames kept without loss, one encoder a format, and files that appear whole or not at all."""
