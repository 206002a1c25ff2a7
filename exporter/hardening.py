"""Training against attacks: a network that has been shown adversarial examples of itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exporter.attacks import AttackError
from exporter.attacks.contract import Pixels
from exporter.backend import keras, tf
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import ColourOrder
from exporter.demonstration import save_model
from exporter.inputs import PreprocessingOptions
from exporter.robustness.subjects import Asked, Inputs, ModelSource, Subject, subjects_of
from exporter.telling import in_silence, to_stderr, untold
from exporter.writing import Progress, Warn

EPSILON, EPSILON_OF_DIGITS = 8 / 255, 0.15
_STEPS = {"fgsm": 1, "pgd": 3}
_BATCH = 64


@dataclass(frozen=True)
class Recipe:
    """How a network is hardened.

    Attributes
    ----------
    epsilon : how far a pixel may move, as a share of the way from black to white.
    method, steps : `fgsm`, one step from a random start, or `pgd`, several; `None`: three.
    share : of each batch that is attacked, above 0 and at most 1; the rest is shown clean.
    epochs, rate : how often all inputs are shown, and how fast is learned at first.
    seed : of all that is random.
    """

    epsilon: float
    method: str = "pgd"
    steps: int | None = None
    share: float = 1.0
    epochs: int = 10
    rate: float = 1e-3
    seed: int = 7

    def __post_init__(self) -> None:
        if self.method not in _STEPS:
            raise AttackError("no such way to harden", expected=" or ".join(_STEPS), got=repr(self.method))
        if self.method == "fgsm" and self.steps not in (None, 1):
            raise AttackError("fgsm is one step", remedy="pass --method pgd for more", got=self.steps)
        within = {
            "0 < epsilon <= 1": 0 < self.epsilon <= 1,
            "0 < share <= 1": 0 < self.share <= 1,
            "1 <= steps <= 100": 1 <= self.count <= 100,
            "1 <= epochs <= 1000": 1 <= self.epochs <= 1000,
            "0 < rate <= 1": 0 < self.rate <= 1,
        }
        if wrong := [each for each, holds in within.items() if not holds]:
            got = getattr(self, wrong[0].split()[2])
            raise AttackError("a network cannot be hardened so", expected=wrong[0], got=got)

    @property
    def count(self) -> int:
        """How many steps the attack has."""
        return _STEPS[self.method] if self.steps is None else self.steps

    @property
    def step_size(self) -> float:
        """1.25 epsilon for one step, which then makes up for a start on the other side (Wong, Rice and Kolter 2020,
        arXiv 2001.03994, section 4); for several 2.5 epsilon over their number (Madry et al. 2017, section 5).
        """
        return self.epsilon * (1.25 if self.count == 1 else 2.5 / self.count)


def harden(
    model: ModelSource,
    inputs: Inputs,
    out: Path | str,
    *,
    epsilon: float | None = None,
    method: str = "pgd",
    steps: int | None = None,
    epochs: int = 10,
    share: float = 1.0,
    rate: float = 1e-3,
    seed: int = 7,
    labels: Path | str | Sequence[str] | None = None,
    scale: float | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    colour_order: ColourOrder | None = None,
    imports: Sequence[str] = (),
    unsafe: bool = False,
    overwrite: bool = False,
    progress: Progress = in_silence,
    warn: Warn = to_stderr,
    tell: Warn = untold,
) -> Path:
    """The path of a `.keras` file: the same network, trained further on adversarial examples of itself.

    For each batch they are made anew against the network as it is then: a random start within epsilon, and steps along
    the sign of the gradient (the inner maximum of Madry et al. 2017, arXiv 1706.06083, equation 2.1). With a share
    below 1 the rest of each batch stays clean (Goodfellow, Shlens and Szegedy 2015, arXiv 1412.6572, section 6, where
    it is a half). The same seed gives the same weights on the same machine.

    Parameters
    ----------
    model, inputs, labels, scale, mean, std, colour_order, imports, unsafe : as for an export; the true classes of the
        inputs must be known. A model that is passed keeps its weights. `mnist:N` are up to 4,000 digits to train on,
        none of those that an export shows.
    out : a `.keras` file, written whole or not at all.
    epsilon : how far a pixel may move, as a share of the way from black to white; by default 8/255, and 0.15 for the
        digits of `mnist:N`.
    method, steps, epochs, share, rate, seed : see `Recipe`.
    overwrite : replace a file that is there.
    progress, warn, tell : are told how far it is, what the user should know, and how each epoch went.

    Raises
    ------
    KerascopeError
        anything that is not as it should be, or a training that diverges; nothing is written then.
    """
    shown, is_digits = _training_part(inputs)
    default = EPSILON_OF_DIGITS if is_digits else EPSILON
    recipe = Recipe(default if epsilon is None else epsilon, method, steps, share, epochs, rate, seed)
    path = _checked_place(Path(out), overwrite=overwrite)
    keras.utils.set_random_seed(seed)
    options = PreprocessingOptions(scale, tuple(mean or ()), colour_order, tuple(std or ()))
    (subject,) = subjects_of([model], shown, Asked(labels, options, tuple(imports), unsafe, warn))
    with _weights_kept(subject.model):
        for epoch, (loss, right) in enumerate(_epochs(subject, recipe, progress)):
            tell(f"epoch {epoch + 1} of {epochs}: loss {loss:.3f}, {right:.1%} right in training")
        save_model(subject.model, path)
    return path


def _training_part(inputs: Inputs) -> tuple[Inputs, bool]:
    """The inputs to train on, and whether they are digits: those that an export shows are never among them."""
    named = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if len(named) == 1 and isinstance(named[0], str) and named[0].startswith("mnist:"):
        return named[0].replace("mnist:", "mnist-training:"), True
    return inputs, False


def _checked_place(path: Path, *, overwrite: bool) -> Path:
    if path.suffix != ".keras":
        raise KerascopeError("a network is saved as a .keras file", got=path.suffix or "no ending", path=path)
    if path.exists() and not overwrite:
        raise KerascopeError("there is something at this place already", remedy="pass --overwrite", path=path)
    return path


@contextmanager
def _weights_kept(model: Any) -> Iterator[None]:
    """A block in which a model may be trained: afterwards it has the weights that it had."""
    before = [variable.numpy() for variable in model.variables]
    try:
        yield
    finally:
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)


def _epochs(subject: Subject, recipe: Recipe, progress: Progress) -> Iterator[tuple[float, float]]:
    """Train; the mean loss of each epoch, and the share of what was shown in it that was right."""
    variables = subject.model.trainable_variables
    if not variables:
        raise KerascopeError("the model has nothing to train", expected="a layer that is not frozen")
    drawn = np.random.default_rng(recipe.seed)
    size = min(_BATCH, len(subject.samples))
    batches = len(subject.samples) // size
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(recipe.rate, recipe.epochs * batches))
    optimizer.build(variables)
    step = tf.function(_trainer(subject, recipe, optimizer), autograph=False)
    for epoch in range(recipe.epochs):
        order = drawn.permutation(len(subject.samples))[: batches * size].reshape(batches, size)
        seen = []
        for done, rows in enumerate(order):
            pixels = subject.pixels(rows)
            start = _random_start(pixels, recipe, drawn)
            seen.append([float(each) for each in step(pixels, start, subject.classes[rows])])
            progress("hardening", epoch * batches + done + 1, recipe.epochs * batches)
        loss, right = np.mean(seen, axis=0)
        if not math.isfinite(loss):
            remedy = "pass a smaller --rate or --epsilon"
            raise KerascopeError("the training diverged", got=f"a loss of {loss} in epoch {epoch + 1}", remedy=remedy)
        yield float(loss), float(right)


def _random_start(pixels: Pixels, recipe: Recipe, drawn: np.random.Generator) -> Pixels:
    """Where the attack begins: those of the batch that are attacked, anywhere within epsilon."""
    attacked = max(1, round(recipe.share * len(pixels)))
    change = drawn.uniform(-recipe.epsilon, recipe.epsilon, (attacked, *pixels.shape[1:]))
    return np.clip(pixels[:attacked] + change, 0.0, 1.0).astype(np.float32)


def _trainer(subject: Subject, recipe: Recipe, optimizer: Any) -> Any:
    """A step of training: (pixels, start, classes) to the loss and the share that was right, both tensors."""
    model, scores = subject.model, _scores_of(subject)
    are_logits = _puts_out_logits(subject)

    def losses(pixels: Any, classes: Any, *, training: bool) -> tuple[Any, Any]:
        put_out = scores(pixels, training)
        return keras.losses.sparse_categorical_crossentropy(classes, put_out, from_logits=are_logits), put_out

    def step(pixels: Any, start: Any, classes: Any) -> tuple[Any, Any]:
        attacked = tf.shape(start)[0]
        clean, moved = pixels[:attacked], start
        for _ in range(recipe.count):
            with tf.GradientTape() as tape:
                tape.watch(moved)
                loss, _ = losses(moved, classes[:attacked], training=False)
            moved = moved + recipe.step_size * tf.sign(tape.gradient(loss, moved))
            moved = tf.clip_by_value(moved, clean - recipe.epsilon, clean + recipe.epsilon)
            moved = tf.clip_by_value(moved, 0.0, 1.0)
        shown = tf.concat([moved, pixels[attacked:]], 0)
        with tf.GradientTape() as tape:
            loss, put_out = losses(shown, classes, training=True)
            loss = tf.reduce_mean(loss)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        right = tf.argmax(put_out, axis=1) == tf.cast(classes, tf.int64)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    return step


def _scores_of(subject: Subject) -> Any:
    low, high = subject.victim.low, subject.victim.high

    def scores(pixels: Any, training: bool) -> Any:
        put_out = keras.tree.flatten(subject.model(low + pixels * (high - low), training=training))[0]
        return put_out if put_out.shape.rank == 2 else tf.reshape(put_out, (tf.shape(pixels)[0], -1))

    return scores


def _puts_out_logits(subject: Subject) -> bool:
    """Whether what the model puts out are its logits, not their softmax."""
    pixels = subject.pixels([0])
    return bool(np.allclose(_scores_of(subject)(pixels, False), subject.victim.judged(pixels), rtol=1e-4, atol=1e-5))
