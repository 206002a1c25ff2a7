"""`python tests/support/pruning_proof.py [FOLDER]`: prune small networks by importance, by weight and at random.

Writes `curves.json`, `curves.csv` and `curves.png` into the folder, by default one beside IMPORTANCE.md, and then the
figures into that page. Everything is seeded; it takes a few minutes on two cores.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pruning_nets import DENSE, NETS, digits_of, trained

from exporter.bundle import read_bundle
from exporter.bundling.net import UnitNet, unit_net
from exporter.importance.contract import Labelled
from exporter.importance.gates import Gated
from exporter.importance.prune_report import hidden_layers, weight_orders
from exporter.importance.pruning import pruning_curves
from exporter.importance.pruning_curves import Curves, at_fraction, over_networks
from exporter.importance.pruning_files import write_curves
from exporter.importance.registry import method_named
from exporter.inputs.digits import digit_split
from exporter.pipeline import export_model

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "exporter/importance/IMPORTANCE.md"
BEGIN, END = "<!-- figures: made by tests/support/pruning_proof.py -->", "<!-- end of figures -->"
METHODS: dict[str, tuple[str, dict[str, Any]]] = {"gradient": ("gradient", {}), "batch_norm": ("batch_norm", {})}
"""What is compared with weights and chance: its name in the figures, the method, and its options."""
NN_VIS = {"scale": "normalised", "against": "sum", "rate": 0.001}
"""The options that make trained scales those of nn_vis, which knows dense layers only."""
CLASSES = tuple(range(10))
SEEDS = (0, 1, 2)
FRACTIONS = (0.0, 0.1, 0.3, 0.5, 0.7)
ORDERING = 100
"""So many digits of each class, all of them seen in training, find the order."""
NAMES = {
    "gradient": "gradient × activation",
    "batch_norm": "trained scales",
    "nn_vis": "trained scales, as nn_vis has them",
    "weight": "weight, carried back",
    "norm": "weight norm",
    "random": "at random",
}


def gated_of(model: Any) -> tuple[Gated, UnitNet]:
    """A model whose units can be switched off, and its units and weights."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = read_bundle(export_model(model, "mnist:1", Path(folder) / "net.bundle"))
        return Gated.of(model, bundle.manifest), unit_net(bundle, bundle.final_checkpoint.id)


def methods_for(title: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What a network is pruned by: of the dense one also what nn_vis itself would do."""
    return {**METHODS, "nn_vis": ("batch_norm", NN_VIS)} if title == DENSE else METHODS


def curves_of(model: Any, title: str, methods: Mapping[str, tuple[str, dict[str, Any]]], **how: Any) -> Curves:
    """The order found on the training part, accuracy measured on the held-out part."""
    gated, net = gated_of(model)
    orders = {
        name: method_named(method).run(gated, ordering_digits(), CLASSES, progress=silent, **options)
        for name, (method, options) in methods.items()
    }
    orders |= weight_orders(net, len(CLASSES), CLASSES)
    where = {"layers": hidden_layers(net), "classes": CLASSES, "title": title}
    return pruning_curves(gated, orders, digits_of(digit_split().held_out), **where, **how)


def ordering_digits() -> Labelled:
    """Digits that the networks were trained on, as many of each class."""
    training = digits_of(digit_split().training)
    return training.of(np.concatenate([np.flatnonzero(training.classes == each)[:ORDERING] for each in range(10)]))


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def proof(told: Callable[[str], object]) -> list[Curves]:
    """The curves of each network, a run a seed that it was trained from."""
    every = []
    for title, (build, epochs) in NETS.items():
        runs = []
        for seed in SEEDS:
            began_secs = time.perf_counter()
            model = trained(build, seed, epochs)
            trained_secs = time.perf_counter() - began_secs
            runs.append(curves_of(model, title, methods_for(title), fractions=FRACTIONS))
            told(
                f"{title}, seed {seed}: {trained_secs:.0f} s to train, {time.perf_counter() - began_secs:.0f} s in all"
            )
        every.append(over_networks(runs))
    return every


def table(every: Sequence[Curves]) -> str:
    """What is left at half, as Markdown: mean and range over the networks of a kind."""
    lines = [
        "| network | half switched off | all classes | a class's own samples | one against the rest |",
        "|---|---|--:|--:|--:|",
    ]
    for curves in every:
        whole = at_fraction(curves, 0.0)["random"]
        lines.append(_row(f"**{curves.title}**", "nothing", whole))
        lines += [_row("", NAMES[method], shares) for method, shares in at_fraction(curves).items()]
    return "\n".join(lines)


def _row(network: str, order: str, shares: Any) -> str:
    return f"| {network} | {order} | {shares['overall']} | {shares['recall']} | {shares['balanced']} |"


def write_page(page: Path, figures: str) -> None:
    """Put the figures in the place of the earlier ones."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")


def main(*arguments: str) -> None:
    """Make the proof and write it."""
    every = proof(lambda line: sys.stderr.write(f"{line}\n"))
    folder = Path(arguments[0]) if arguments else PAGE.parent / "proof"
    write_curves(every, folder, overwrite=True)
    figures = table(every)
    sys.stdout.write(f"{figures}\n")
    if not arguments:
        write_page(PAGE, figures)


if __name__ == "__main__":
    main(*sys.argv[1:])
