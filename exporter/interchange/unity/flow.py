"""What is known while the chain is walked from layer to layer: the pieces so far, and what comes out of the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from exporter.bundle.schema import Layer, Preprocessing
from exporter.interchange.unity.kernels import ConvKernel, Kernel, Ones, Picked, Zeros
from exporter.interchange.unity.main_path import Step
from exporter.interchange.unity.matrices import DenseKernel, Rows
from exporter.interchange.unity.scales import Scale
from exporter.interchange.unity.square import check_fits, halved_room
from exporter.interchange.unity.values import LogitValues, MapValues, PictureValues, Spot, TableValues, UnitValues

Kind = Literal["input", "conv", "maxpool", "fc"]
AnyValues = MapValues | UnitValues | LogitValues | PictureValues | TableValues


@dataclass(frozen=True)
class Piece:
    """One layer of the folder.

    Attributes
    ----------
    name, kind : as the loader reads them: `conv0`, `maxpool0`, `fc_out`, ...
    layer : the layer of the model that it stands for.
    shape : what the structure tells.
    kernel, values : what makes its entries of weights and activations.
    """

    name: str
    kind: Kind
    layer: str
    shape: tuple[int, ...]
    kernel: Kernel
    values: AnyValues


@dataclass(frozen=True)
class Setting:
    """What is the same for the whole walk.

    Attributes
    ----------
    preprocessing : of the pictures.
    pool_size : which prefab the folder is for.
    stored : the layers whose outputs the bundle holds.
    steps : the chain.
    room, at : the rows and columns that the input is drawn in, and where in them it begins.
    """

    preprocessing: Preprocessing
    pool_size: int | None
    stored: frozenset[str]
    steps: tuple[Step, ...]
    room: tuple[int, int]
    at: tuple[int, int]


@dataclass(frozen=True)
class Flow:
    """The walk so far.

    Attributes
    ----------
    pieces, notes : what was made, and what was said.
    shape : of what comes out of the last layer in the model: (h, w, C) of maps, (n,) of units.
    source : the layer whose stored output that is.
    origin : of units: whether they are units of the last piece, or its maps, flattened or pooled.
    drawn : of flattened or pooled maps, the maps' own (h, w, C shown).
    room, at : the rows and columns that are drawn, and where the maps begin in them; outside where padding waits.
    picked : the channels (of maps) or places (of units) that the last piece shows; `None`: all, as they are.
    linked : how many of the last pieces show what comes out of the last layer, and follow it.
    takes_scale : whether nothing but a kernel made the values, so that a factor can be folded into it.
    waiting : factors to be folded into the next kernel.
    linear : the layer whose output is that of the last kernel before any activation; `None`: none is stored.
    behind : names of pieces, each with a layer whose output it shows although another layer made its kernel.
    dropped : layers that change no value and are not in the folder.
    """

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]
    shape: tuple[int, ...]
    source: str
    origin: Literal["units", "maps", "pooled"] = "units"
    drawn: tuple[int, int, int] = (1, 1, 1)
    room: tuple[int, int] = (1, 1)
    at: tuple[int, int] = (0, 0)
    picked: Picked = None
    linked: int = 0
    takes_scale: bool = False
    waiting: tuple[Scale, ...] = ()
    linear: str | None = None
    behind: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def is_maps(self) -> bool:
        """Whether maps come out, and no units."""
        return len(self.shape) == 3

    @property
    def channels(self) -> int:
        """How many channels the last piece shows of the maps that come out."""
        return self.shape[-1] if self.picked is None else len(self.picked)

    @property
    def last(self) -> Piece:
        """The last piece."""
        return self.pieces[-1]

    def noted(self, *notes: str) -> Flow:
        """The same walk with more said."""
        return replace(self, notes=(*self.notes, *notes))

    def next_name(self, kind: Kind) -> str:
        """What the next piece of a kind is called."""
        return f"{kind}{sum(piece.kind == kind for piece in self.pieces)}"

    def rows(self) -> Rows:
        """Where the rows of a dense kernel go that takes what comes out."""
        if self.origin == "units":
            return Rows("units", self.picked)
        return Rows(self.origin, self.picked, self.drawn, self.room, self.at)

    def followed(self, layer: str) -> Flow:
        """The same walk behind a layer that changes values but no shape: the last pieces show what it puts out."""
        first = len(self.pieces) - self.linked
        pieces = tuple(
            replace(piece, values=replace(piece.values, source=layer, picked=self.picked))
            if place >= first and isinstance(piece.values, MapValues | UnitValues)
            else piece
            for place, piece in enumerate(self.pieces)
        )
        linked = tuple((piece.name, layer) for piece in pieces[first:])
        return replace(self, pieces=pieces, source=layer, behind=(*self.behind, *linked))

    def without(self, layer: str, stored: frozenset[str]) -> Flow:
        """The same walk behind a layer that changes nothing; its own output is read where no earlier one is stored."""
        source = self.source if self.source in stored else layer
        return replace(self, source=source, dropped=(*self.dropped, layer))

    def with_scale(self, scale: Scale) -> Flow:
        """The same walk with a factor folded into the last kernel."""
        place = self.scaled_place
        kernel = self.pieces[place].kernel
        assert isinstance(kernel, ConvKernel | DenseKernel)
        folded = replace(self.pieces[place], kernel=replace(kernel, after=(*kernel.after, scale)))
        return replace(self, pieces=(*self.pieces[:place], folded, *self.pieces[place + 1 :]))

    @property
    def scaled_place(self) -> int:
        """Where the last piece stands that has a kernel of the model's own."""
        return max(i for i, piece in enumerate(self.pieces) if isinstance(piece.kernel, ConvKernel | DenseKernel))

    def with_pieces(self, pieces: Iterable[Piece]) -> Flow:
        """The same walk with more pieces at its end."""
        return replace(self, pieces=(*self.pieces, *pieces))


def pooled(flow: Flow, layer: str, values: MapValues) -> Flow:
    """The walk with a pool at its end that shows maps; they are within the room that the loader derives."""
    room = values.spot.room
    piece = Piece(flow.next_name("maxpool"), "maxpool", layer, room, Zeros(room), values)
    return flow.with_pieces([piece])


def passed_on(flow: Flow, layer: str, values: MapValues) -> Flow:
    """The walk with a convolution at its end that only hands on maps, since a pool must stand behind one."""
    kernel = Ones(values.channels)
    piece = Piece(flow.next_name("conv"), "conv", layer, (1, 1, 1, values.channels), kernel, values)
    return flow.with_pieces([piece])


def shrunk(
    flow: Flow, layer: Layer, values: MapValues, strides: tuple[int, int], pool_size: int | None
) -> tuple[Flow, tuple[str, ...]]:
    """The walk with pools at its end, the last of which shows `values`, and their names.

    There is one pool for each time that the stride halves the maps. Before each further one a convolution hands on the
    maps, repeated to the size that they have there.

    `values` is laid out for the room of the last pool, and the last piece is a convolution already.
    """
    times, names = halvings(strides), []
    for level in range(1, times + 1):
        room = halved_room(flow.room, level, pool_size)
        shown = repeated(values, strides, times - level, room, layer.name)
        flow = pooled(flow, layer.name, shown)
        names.append(flow.last.name)
        if level < times:
            flow = passed_on(flow, layer.name, shown)
            names.append(flow.last.name)
    return replace(flow, room=values.spot.room), tuple(names)


def halvings(strides: tuple[int, int]) -> int:
    """How often the loader's pools, which halve, come for a stride: 1 for 2 and 3, 2 for 4 to 7.

    >>> halvings((1, 1)), halvings((2, 2)), halvings((3, 1)), halvings((4, 4))
    (0, 1, 1, 2)
    """
    return max(strides).bit_length() - 1


def repeated(
    values: MapValues, strides: tuple[int, int], doublings: int, room: tuple[int, int], layer: str
) -> MapValues:
    """The maps of the last room as they are shown so many halvings before it.

    Each cell is repeated as often as the stride still goes into the cells there. Where that is more
    than there is room for, the last cell is repeated less often, but is there.
    """
    if not doublings:
        return values
    done = halvings(strides) - doublings
    repeat = (max(1, strides[0] // 2**done), max(1, strides[1] // 2**done))
    height, width = values.source_shape
    at = (values.spot.at[0] * 2**doublings, values.spot.at[1] * 2**doublings)
    full = (height * repeat[0], width * repeat[1])
    shape = (min(full[0], room[0] - at[0]), min(full[1], room[1] - at[1]))
    least = ((height - 1) * repeat[0] + 1, (width - 1) * repeat[1] + 1)
    check_fits(layer, at, (max(shape[0], least[0]), max(shape[1], least[1])), room)
    return replace(values, spot=Spot(shape, room, at), repeat=repeat)
