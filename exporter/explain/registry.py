"""The explanations there are."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.chosen import method_named
from exporter.explain.cam import CAM
from exporter.explain.contract import ExplainError, Explanation
from exporter.explain.grad_cam import GRAD_CAM
from exporter.explain.guided_backprop import GUIDED_BACKPROP
from exporter.explain.integrated_gradients import INTEGRATED_GRADIENTS
from exporter.explain.occlusion import OCCLUSION
from exporter.explain.saliency import SALIENCY
from exporter.explain.segmentation import SEGMENTATION
from exporter.explain.smoothgrad import SMOOTHGRAD

EXPLANATIONS: Mapping[str, Explanation] = {
    each.name: each
    for each in (
        SALIENCY,
        GUIDED_BACKPROP,
        SMOOTHGRAD,
        INTEGRATED_GRADIENTS,
        OCCLUSION,
        CAM,
        GRAD_CAM,
        SEGMENTATION,
    )
}


def explanation_named(name: str) -> Explanation:
    """The explanation of that name. Raises `ExplainError` where there is none; it says which there are, and the
    nearest.
    """
    return method_named(name, EXPLANATIONS, "explanation", ExplainError)
