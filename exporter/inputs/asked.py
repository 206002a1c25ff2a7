"""What inputs are opened for: what the model takes, and what the user says."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.bundle.schema import Preprocessing
from exporter.inputs.errors import InputError
from exporter.inputs.preprocessing import PreprocessingOptions, preprocessing_for
from exporter.inputs.samples import InputSpec


@dataclass(frozen=True)
class Asked:
    """What a model takes, one `InputSpec` per input, what is said about preprocessing, and how bad pictures are met."""

    specs: tuple[InputSpec, ...]
    options: PreprocessingOptions
    default_scale: float
    class_names: tuple[str, ...] = ()
    skip_bad: bool = False

    def preprocessing(self, spec: InputSpec) -> Preprocessing:
        """The preprocessing of pictures that are fed as `spec`."""
        return preprocessing_for(spec, self.options, default_scale=self.default_scale)

    def one_input(self) -> InputSpec:
        """The only input that the model takes; raises InputError where there are several."""
        if len(self.specs) > 1:
            raise InputError(
                "the model has several inputs",
                expected=f"an .npz file with arrays named {', '.join(spec.name for spec in self.specs)}",
                got="one picture at a time",
            )
        return self.specs[0]


def picture_size(spec: InputSpec) -> tuple[int, tuple[int, int] | None]:
    """Channels and (width, height) of the pictures that an input takes; no size where it takes any.

    Raises
    ------
    InputError
        it takes no pictures of one or three channels.
    """
    channels = spec.channels
    if channels is None and len(spec.shape) == 3:
        channels = 3
    if channels is None or channels not in (1, 3):
        raise InputError(
            "the model does not take pictures",
            expected=f"{spec.text} values for the input {spec.name!r}",
            got="pictures",
            remedy="pass the values as .npy or .npz",
        )
    height, width = spec.shape[:2]
    return channels, None if height is None or width is None else (width, height)
