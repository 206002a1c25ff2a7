"""The scenes that show the network itself, with its layers and its inputs; the others show sculptures of it."""

NET_SCENES = ("adversarial", "flow", "structure", "training")
SCULPTURE_SCENES = ("bundling", "sculpture", "trained_vs_untrained")
