"""Things that are drawn: each a small class round vispy programs, with `set_*` for its data, `draw` and `close`."""
