"""Images by t-SNE: neighbours stay neighbours, at the cost of what is far apart."""

from __future__ import annotations

import numpy as np

from exporter.bundle.errors import KerascopeError
from exporter.embedding.aligned import first_start, scaled
from exporter.embedding.by_pca import REDUCED_TO, principal
from exporter.embedding.landing import ground_of
from exporter.embedding.methods import Array, Given, Placed, Places, Rows, Task, threads_for

USUAL_PERPLEXITY = 30.0
_START_SPREAD = 1e-4


def perplexity_of(images: int, task: Task) -> float:
    """The perplexity for so many images.

    Raises
    ------
    KerascopeError
        it is less than 1, or not less than a third of the images: t-SNE looks at three times as many neighbours.
    """
    most = (images - 1) / 3
    asked = min(USUAL_PERPLEXITY, most) if task.perplexity is None else task.perplexity
    if images < 4:
        raise KerascopeError("these are too few images for t-SNE", expected="4 or more", got=images)
    if not 1 <= asked <= most:
        expected = f"1 to {most:.4g}, less than a third of the {images:,} images"
        raise KerascopeError("t-SNE cannot have this perplexity", expected=expected, got=f"{asked:g}")
    return float(asked)


def place_by_tsne(given: Given, task: Task) -> Placed:
    """Images placed together; `kl_divergence` is what was made as small as possible.

    van der Maaten and Hinton 2008 (Visualizing data using t-SNE, JMLR 9), who too reduce rows to fewer dimensions by
    principal components first; in the approximation of van der Maaten 2014 (Accelerating t-SNE using tree-based
    algorithms, JMLR 15), as scikit-learn has it. It begins at the start that is given, or at principal components,
    made small.
    """
    from sklearn.manifold import TSNE  # noqa: PLC0415 - a second, and of an extra
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    perplexity, threads = perplexity_of(len(given.values), task), threads_for(len(given.values))
    with threadpool_limits(threads):
        reduced = principal(given.values, REDUCED_TO)
        components = reduced.of(given.values)
        begun = first_start(components, task.dimensions, task.seed) if given.start is None else given.start
        made = TSNE(
            task.dimensions,
            perplexity=perplexity,
            init=scaled(begun, _START_SPREAD, task.seed),
            learning_rate="auto",
            random_state=task.seed,
            n_jobs=threads,
        )
        rows = components if components.shape[1] else np.zeros((len(components), 1))
        points = made.fit_transform(rows.astype(np.float32)).astype(np.float64)

    def land(more: Rows, own: Places) -> Array:
        return ground_of(components, points, perplexity).land(reduced.of(more), own)

    options = {"perplexity": perplexity, "reduced_to": components.shape[1], "threads": threads}
    return Placed(points, land, {**options}, {"kl_divergence": float(made.kl_divergence_)})
