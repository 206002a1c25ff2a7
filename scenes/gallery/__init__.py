"""One scene a file: a docstring whose first line is its summary, `CHECK`, and `build(bundle, layout, options)`."""
