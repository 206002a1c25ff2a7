"""Shares of counts, with what chance may have done to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
_KAPPA = 1.959963984540054
"""The quantile of the standard normal distribution at 1 - (1 - 0.95) / 2."""


@dataclass(frozen=True)
class Share:
    """So many of so many; `of` may be 0, and then all that is known is that the share lies in 0 to 1.

    Raises `ValueError` where `count` is not in 0 to `of`.
    """

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise ValueError(f"{self.count} of {self.of} is no share")

    @property
    def value(self) -> float:
        """The share itself, 0 to 1; NaN of none.

        >>> Share(3, 4).value
        0.75
        """
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence: (low, high), both in 0 to 1, the share itself between them.

        Wilson 1927, "Probable inference, the law of succession, and statistical inference"; as the interval CI_W of
        Brown, Cai and DasGupta 2001, "Interval estimation for a binomial proportion", which recommends it:
        (X + k^2 / 2) / (n + k^2) -+ k sqrt(n) / (n + k^2) * sqrt(p q + k^2 / (4 n)). Nothing is known of none: (0, 1).

        >>> [round(end, 4) for end in Share(8, 10).interval]
        [0.4902, 0.9433]
        """
        if not self.of:
            return 0.0, 1.0
        square, share = _KAPPA**2, self.value
        centre = (self.count + square / 2) / (self.of + square)
        spread = share * (1 - share) + square / (4 * self.of)
        half = _KAPPA * math.sqrt(self.of) / (self.of + square) * math.sqrt(spread)
        return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))

    def as_plain(self) -> dict[str, int | float | None]:
        """The count, out of how many, the share and its interval, for JSON: of none the share is `None`."""
        low, high = (round(end, 6) for end in self.interval)
        value = round(self.value, 6) if self.of else None
        return {"count": self.count, "of": self.of, "share": value, "low": low, "high": high}
