"""The network run forward from its bundle in numpy: values recomputed, parts switched off, formulas told."""
