"""Times of bundling over the number of edges and over the sampling rate, as CSV and as a plot.

python tests/support/bundling_sweep.py [FOLDER [MOST_EDGES]]     (exporter/bundling/pictures, 1000000; some minutes)
"""

from __future__ import annotations

import csv
import os
import resource
import sys
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from random_webs import sparse_web  # noqa: E402

from exporter.bundling.bundle import bundle_web  # noqa: E402
from exporter.bundling.parameters import Parameters  # noqa: E402

EDGES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
RATES = (5.0, 7.5, 10.0, 12.5, 15.0, 17.5, 20.0)
EDGES_FOR_RATES = 10_000


def measured(edges: int, rate: float) -> dict[str, float]:
    """Seconds that pass and seconds of processors for one bundling, and the most memory this process has had."""
    web = sparse_web(edges)
    began, busy = time.perf_counter(), time.process_time()
    bundled = bundle_web(web, Parameters(sampling_rate=rate))
    row = {
        "edges": edges,
        "sampling_rate": rate,
        "points": len(bundled.points),
        "secs": round(time.perf_counter() - began, 3),
        "processor_secs": round(time.process_time() - busy, 3),
        "most_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "load": round(os.getloadavg()[0], 1),
    }
    sys.stdout.write(",".join(map(str, row.values())) + "\n")
    sys.stdout.flush()
    return row


def slope(rows: list[dict[str, float]], by: str) -> float:
    """Exponent of the time over `by`, a straight line being laid through the logarithms of both."""
    x, y = (np.log([row[key] for row in rows]) for key in (by, "processor_secs"))
    return float(np.polyfit(x, y, 1)[0]) if len(rows) > 1 else float("nan")


def write(rows: list[dict[str, float]], folder: Path) -> None:
    """sweep.csv with a row a measurement."""
    with (folder / "sweep.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def plot(by_edges: list[dict[str, float]], by_rate: list[dict[str, float]], path: Path) -> None:
    """Time over edges (log-log) and over the sampling rate, each with the line of a linear cost."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (edges, rate) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    edges.set(xscale="log", yscale="log", xlabel="edges")
    edges.set_title(f"from 10,000 edges on: exponent {slope(by_edges[2:], 'edges'):.2f}")
    rate.set(xlim=(0, 21), xlabel="points in a unit of length (sampling rate)")
    rate.set_title(f"{EDGES_FOR_RATES:,} edges: exponent {slope(by_rate, 'sampling_rate'):.2f}")
    for axis, rows, key in ((edges, by_edges, "edges"), (rate, by_rate, "sampling_rate")):
        x, y = [row[key] for row in rows], [row["processor_secs"] for row in rows]
        axis.plot(x, y, "o-", label="measured")
        axis.plot(x, [y[-1] * each / x[-1] for each in x], "--", color="grey", label="linear")
        axis.set_ylabel("seconds of processors")
        axis.legend()
        axis.grid(alpha=0.3)
    rate.set_ylim(bottom=0)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main(folder: Path, most_edges: int) -> None:
    """Measure, write and plot, after every measurement: a run that is stopped leaves what it has found."""
    folder.mkdir(parents=True, exist_ok=True)
    measured(10, 5.0)
    by_rate = [measured(EDGES_FOR_RATES, rate) for rate in RATES]
    by_edges: list[dict[str, float]] = []
    for edges in EDGES:
        if edges <= most_edges:
            by_edges.append(measured(edges, 15.0))
            write(by_edges + by_rate, folder)
            plot(by_edges, by_rate, folder / "sweep.png")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(
        Path(arguments[0]) if arguments else ROOT / "exporter/bundling/pictures",
        int(arguments[1]) if arguments[1:] else EDGES[-1],
    )
