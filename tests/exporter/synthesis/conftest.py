"""The net that this room's images are made for, probed once."""

from __future__ import annotations

from typing import Any

import pytest
from pleased_net import pleased_net


@pytest.fixture(scope="session")
def pleased(keras: Any) -> Any:
    """The probe of a small net. Do not change."""
    from exporter.probing import Probe

    return Probe(pleased_net(keras))
