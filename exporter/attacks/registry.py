"""The attacks there are."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.attacks.boundary import BOUNDARY
from exporter.attacks.contract import Attack, AttackError
from exporter.attacks.cw import CW
from exporter.attacks.deepfool import DEEPFOOL
from exporter.attacks.fgsm import FGSM
from exporter.attacks.hopskipjump import HOPSKIPJUMP
from exporter.attacks.ifgsm import IFGSM
from exporter.attacks.noise import NOISE
from exporter.attacks.pgd import PGD
from exporter.attacks.targeted_l2 import TARGETED_L2
from exporter.chosen import method_named

ATTACKS: Mapping[str, Attack] = {
    attack.name: attack for attack in (FGSM, IFGSM, PGD, TARGETED_L2, DEEPFOOL, CW, BOUNDARY, HOPSKIPJUMP, NOISE)
}


def attack_named(name: str) -> Attack:
    """The attack of that name. Raises `AttackError` where there is none; it says which there are, and the nearest."""
    return method_named(name, ATTACKS, "attack", AttackError)
