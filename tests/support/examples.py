"""How many examples a property is tried with, as a share of the profile: a quick run tries few of all of them."""

from __future__ import annotations

from hypothesis import settings


def share_of_examples(share: float) -> settings:
    """For a property that costs more than others (`share` below 1), or that needs more luck (above 1)."""
    return settings(max_examples=max(round(settings().max_examples * share), 3))
