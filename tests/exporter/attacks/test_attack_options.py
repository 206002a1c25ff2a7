"""What can be asked of the attacks, and what makes no sense."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest

pytestmark = pytest.mark.tf

NAN = math.nan


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("ifgsm", {"epsilon": 0.0}, "a budget of zero changes nothing"),
        ("ifgsm", {"epsilon": -0.1}, "expected 0 < epsilon <= 1, got -0.1"),
        ("ifgsm", {"epsilon": 1.1}, "ifgsm cannot change inputs by so much"),
        ("ifgsm", {"epsilon": NAN}, "got nan"),
        ("ifgsm", {"steps": 0}, "steps from 1 to 10000, got 0"),
        ("ifgsm", {"steps": 10**9}, "steps from 1 to 10000"),
        ("ifgsm", {"steps": 2.5}, "whole number of steps"),
        ("ifgsm", {"step_size": 0.0}, "expected step_size above 0"),
        ("ifgsm", {"step_size": -1.0}, "expected 0 < step_size <= 1"),
        ("pgd", {"epsilon": 0.0}, "a budget of zero changes nothing"),
        ("pgd", {"epsilon": math.inf}, "got inf"),
        ("pgd", {"epsilon": -2.0, "norm": "l2"}, "got -2"),
        ("pgd", {"norm": "l1"}, "no such norm: expected linf or l2, got 'l1'"),
        ("pgd", {"restarts": 0}, "restarts from 1"),
        ("pgd", {"steps": True}, "got True"),
        ("pgd", {"step_size": NAN}, "got nan"),
        ("noise", {"epsilon": 0.0}, "a budget of zero changes nothing"),
        ("noise", {"epsilon": 2.0}, "0 < epsilon <= 1"),
        ("noise", {"norm": "linear"}, "no such norm"),
        ("targeted-l2", {"step_size": 0.0}, "step_size above 0"),
        ("targeted-l2", {"steps": -1}, "got -1"),
        ("pgd", {"momentum": 1.0}, "no such option"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(name: str, options: dict[str, Any], says: str) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError) as refused:
        attack_named(name).chosen(**options)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_defaults_are_filled_in() -> None:
    from exporter.attacks import attack_named

    size = 8 / 255
    assert asdict(attack_named("ifgsm").chosen()) == {"epsilon": size, "steps": 10, "step_size": 0.2 * size}
    assert asdict(attack_named("pgd").chosen()) == {
        "epsilon": size, "norm": "linf", "steps": 40, "step_size": pytest.approx(size / 30), "restarts": 1,
        "random_start": True,
    }  # fmt: skip
    of_length = asdict(attack_named("pgd").chosen(norm="l2"))
    assert (of_length["epsilon"], of_length["step_size"]) == (1.0, 0.025)
    assert asdict(attack_named("noise").chosen()) == {"epsilon": size, "norm": "linf"}
    assert asdict(attack_named("targeted-l2").chosen()) == {"step_size": 0.05, "steps": 200}
    assert attack_named("pgd").chosen(epsilon=3.0, norm="l2").epsilon == 3.0
