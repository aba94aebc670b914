"""Findings that the data themselves accept, each with its reason (`hkg:Acknowledgement`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.terms import HKG, compact
from heritagekg.validation.faults import finding

if TYPE_CHECKING:
    from heritagekg.validation.locate import Positions

_CODES = re.compile("HK[0-9]{3}")
_ACKNOWLEDGES, _CODE, _REASON = (ox.NamedNode(HKG + n) for n in ("acknowledges", "code", "reason"))


@dataclass
class _Acknowledgement:
    file: str
    nodes: list[str]
    codes: list[str]
    reason: str = ""


class Acknowledgements:
    """What the data accept: an acknowledgement names a code and the focus node of a finding.

    Parameters
    ----------
    quads
        File name -> what it says.
    """

    def __init__(self, quads: Mapping[str, Iterable[ox.Quad]]) -> None:
        self._said = _acknowledgements(quads)
        self._by_key = {
            (node, code): node_id
            for node_id, one in self._said.items()
            for node in one.nodes
            for code in one.codes
        }
        self._used: set[ox.NamedNode | ox.BlankNode] = set()

    def reason(self, focus_node: str | None, code: str) -> str | None:
        """Return why a finding is accepted; None where it is not."""
        by = self._by_key.get((focus_node or "", code))
        if by is None:
            return None
        self._used.add(by)
        return self._said[by].reason or "no reason is given"

    def stale(self, judged: Iterable[str]) -> list[tuple[ox.NamedNode | ox.BlankNode, str]]:
        """Return those in *judged* files that no finding was asked for with, and what they name."""
        judged = set(judged)
        return [
            (node, f"{' or '.join(one.codes)} at {' or '.join(one.nodes)}")
            for node, one in self._said.items()
            # One without a proper code is a finding of its shape already.
            if any(map(_CODES.fullmatch, one.codes))
            if node not in self._used and one.file in judged
        ]


def _acknowledgements(
    quads: Mapping[str, Iterable[ox.Quad]],
) -> dict[ox.NamedNode | ox.BlankNode, _Acknowledgement]:
    said: dict[ox.NamedNode | ox.BlankNode, _Acknowledgement] = {}
    for name, there in quads.items():
        about = [quad for quad in there if quad.predicate == _ACKNOWLEDGES]
        if not about:
            continue
        for quad in about:
            if isinstance(quad.object, ox.NamedNode) and not isinstance(quad.subject, ox.Triple):
                one = said.setdefault(quad.subject, _Acknowledgement(name, [], []))
                one.nodes.append(compact(quad.object.value))
        for quad in there:
            if isinstance(quad.subject, ox.Triple) or not isinstance(quad.object, ox.Literal):
                continue
            if quad.subject in said and quad.predicate == _CODE:
                said[quad.subject].codes.append(quad.object.value)
            elif quad.subject in said and quad.predicate == _REASON:
                said[quad.subject].reason = quad.object.value
    return said


def stale(node: ox.NamedNode | ox.BlankNode, named: str, where: Positions) -> Diagnostic:
    """Return the finding that the acknowledgement *node* fits none."""
    place = where.find(node, frozenset({_ACKNOWLEDGES}), None)
    return finding(
        "acknowledgement-stale",
        place,
        f"acknowledged finding is not there: {named}",
        help="take the acknowledgement out, or mend its code or node",
        focus_node=compact(node.value),
    )
