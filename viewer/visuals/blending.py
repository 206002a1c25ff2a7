"""How what is drawn goes over what is there, as `gloo.set_state(blend_func=...)` has it."""

from __future__ import annotations

PREMULTIPLIED = "one", "one_minus_src_alpha"
ADDITIVE = "one", "one"
OVER = "src_alpha", "one_minus_src_alpha", "one", "one_minus_src_alpha"
"""What is not multiplied by its alpha yet, onto what is."""
