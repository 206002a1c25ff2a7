"""The network run forward from its bundle in numpy: values recomputed, parts switched off, formulas told."""

from viewer.forward.answers import MOST_BYTES, Answer, Answered, answer, outputs, scores, unsupported
from viewer.forward.audits import Audit, audit, audit_layer
from viewer.forward.formulas import Formula, Term, formula
from viewer.forward.node import CannotError

__all__ = [
    "MOST_BYTES",
    "Answer",
    "Answered",
    "Audit",
    "CannotError",
    "Formula",
    "Term",
    "answer",
    "audit",
    "audit_layer",
    "formula",
    "outputs",
    "scores",
    "unsupported",
]
