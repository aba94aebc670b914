"""Changes as RDF Patch: the quads to delete and to add."""

from __future__ import annotations

from heritagekg.changes.compare import Comparison


def patch(comparison: Comparison) -> str:
    """Return *comparison* in the RDF Patch format: `D` and `A` rows in one transaction.

    Each file is a named graph. Blank nodes are labelled by what is said of them.
    """
    went, came = comparison.quads()
    if not went and not came:
        return ""
    rows = [*(f"D {quad} ." for quad in went), *(f"A {quad} ." for quad in came)]
    return "\n".join(["TX .", *rows, "TC ."]) + "\n"
