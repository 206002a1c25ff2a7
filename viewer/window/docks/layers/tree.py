"""The layers of a model as a tree with words and signs: groups are branches, layers are leaves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.bundle.schema import Group, Kind, Layer, Manifest

KIND_WORDS: dict[Kind, str] = {
    "input": "input",
    "dense": "dense",
    "conv": "convolution",
    "depthwise": "depthwise convolution",
    "pool": "pooling",
    "global_pool": "pooling over the whole map",
    "activation": "activation",
    "normalisation": "normalisation",
    "dropout": "dropout",
    "flatten": "flatten",
    "reshape": "reshape",
    "padding": "padding",
    "merge": "merge",
    "recurrent": "recurrent",
    "attention": "attention",
    "embedding": "embedding",
    "resize": "resize",
    "preprocessing": "preprocessing",
    "other": "layer",
}


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One row of the tree: a layer, or a group with the rows inside it.

    `name` is the layer's or the group's own name, `label` what the row shows of it under its branch. `kind` is `group`
    for groups. `layer` is the layer that the row selects: of a group the one whose output stands for it. `layers` are
    all layers in it, `inside` the rows right under it.
    """

    name: str
    label: str
    kind: Kind | str
    shape: str
    parameters: int
    tip: str
    layer: str
    layers: tuple[str, ...]
    can_open: bool = False
    inside: tuple[LayerRow, ...] = ()

    @property
    def below(self) -> str:
        """The second line of the row: the shape of what it puts out, and how much it has learned."""
        weights = f" · {count_words(self.parameters)} weights" if self.parameters else ""
        layers = f" · {len(self.layers)} layers" if self.inside else ""
        return f"{self.shape}{layers}{weights}"


def layer_tree(manifest: Manifest) -> tuple[LayerRow, ...]:
    """The rows of the tree, in the order of the model; a group stands where its first layer would."""
    layers = {layer.name: layer for layer in manifest.layers}
    order = {layer.name: at for at, layer in enumerate(manifest.layers)}
    groups = sorted((group for group in manifest.groups if len(group.layers) > 1), key=lambda group: -len(group.layers))
    return _rows(list(layers), groups, layers, order, "")


def leaves(rows: Iterable[LayerRow]) -> tuple[LayerRow, ...]:
    """The rows of layers in the order of the tree."""
    return tuple(leaf for row in rows for leaf in (leaves(row.inside) if row.inside else (row,)))


def found_rows(rows: Iterable[LayerRow], names: Sequence[str]) -> tuple[LayerRow, ...]:
    """The rows of the layers `names` in that order, with full names: what a search shows. Unknown names have none."""
    known = {leaf.name: leaf for leaf in leaves(rows)}
    return tuple(_with_full_name(known[name]) for name in names if name in known)


def shape_words(shape: Sequence[int | None]) -> str:
    """A shape as people write it.

    >>> shape_words((28, 28, 8)), shape_words((10,)), shape_words((None, 64)), shape_words(())
    ('28 × 28 × 8', '10', '? × 64', '1')
    """
    return " × ".join("?" if side is None else f"{side:,}" for side in shape) or "1"


def count_words(count: int) -> str:
    """A count with three digits or less; nothing for none.

    >>> count_words(0), count_words(876), count_words(18848), count_words(2359808)
    ('', '876', '18.8 k', '2.36 M')
    """
    if count < 1000:
        return str(count) if count else ""
    power = min((len(str(count)) - 1) // 3, 3)
    short = f"{count / 1000**power:.3g}"
    # 999,999 is a thousand thousands by then.
    short, power = ("1", min(power + 1, 3)) if short == "1e+03" else (short, power)
    return f"{short} {'kMG'[power - 1]}"


def _rows(
    names: Sequence[str],
    groups: Sequence[Group],
    layers: dict[str, Layer],
    order: dict[str, int],
    outer: str,
) -> tuple[LayerRow, ...]:
    """The rows of the layers `names`, some of them in `groups` (the largest first)."""
    left, rows = set(names), []
    for at, group in enumerate(groups):
        # Groups lie in each other or apart, so its first layer says where all of it is.
        if group.layers[0] in left and left.issuperset(group.layers):
            left.difference_update(group.layers)
            rows.append(_branch(group, groups[at + 1 :], layers, order, outer))
    rows += [_leaf(layers[name], outer) for name in left]
    return tuple(sorted(rows, key=lambda row: order[row.layers[0]]))


def _branch(
    group: Group, smaller: Sequence[Group], layers: dict[str, Layer], order: dict[str, int], outer: str
) -> LayerRow:
    held = frozenset(group.layers)
    inner = [one for one in smaller if one.layers[0] in held and len(one.layers) < len(held)]
    parameters = sum(layers[name].parameters for name in group.layers)
    shape = shape_words(layers[group.output].outputs[0].shape)
    tip = f"{group.name}\n{group.class_name}, {len(group.layers)} layers, gives {shape}\n{parameters:,} parameters"
    inside = _rows(group.layers, inner, layers, order, group.name)
    label = _label(group.name, outer)
    return LayerRow(group.name, label, "group", shape, parameters, tip, group.output, group.layers, inside=inside)


def _leaf(layer: Layer, outer: str) -> LayerRow:
    shape = shape_words(layer.outputs[0].shape)
    facts = [layer.name, f"{layer.class_name}: {KIND_WORDS[layer.kind]}", f"gives {shape}"]
    facts += [f"{layer.parameters:,} parameters"] if layer.parameters else []
    facts += [f"shares the weights of {layer.shares_weights_with}"] if layer.shares_weights_with else []
    return LayerRow(
        name=layer.name,
        label=_label(layer.name, outer),
        kind=layer.kind,
        shape=shape,
        parameters=layer.parameters,
        tip="\n".join(facts),
        layer=layer.name,
        layers=(layer.name,),
        can_open=has_channels(layer),
    )


def has_channels(layer: Layer) -> bool:
    """Whether a layer puts out maps, whose channels can be shown or closed to their mean; a picture cannot."""
    shape = layer.outputs[0].shape
    return layer.kind != "input" and len(shape) >= 3 and (shape[-1] or 0) > 1


def _label(name: str, outer: str) -> str:
    """A name without that of the branch that it hangs on, where more than numbers is left."""
    rest = name.removeprefix(outer) if outer else name
    short = rest.lstrip("_/")
    return short if short != rest and any(map(str.isalpha, short)) else name


def _with_full_name(row: LayerRow) -> LayerRow:
    return LayerRow(
        row.name,
        row.name,
        row.kind,
        row.shape,
        row.parameters,
        row.tip,
        row.layer,
        row.layers,
        row.can_open,
    )
