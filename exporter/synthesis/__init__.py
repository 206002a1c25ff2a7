"""Images made by optimisation: what a class, a channel or a layer looks for. One file per method, one contract."""
