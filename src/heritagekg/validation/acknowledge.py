"""Findings that the data themselves accept, each with its reason (`hkg:Acknowledgement`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.terms import HKG, compact
from heritagekg.validation.faults import finding
from heritagekg.validation.locate import Positions

_CODES = re.compile("HK[0-9]{3}")
_ACKNOWLEDGES, _CODE, _REASON = (ox.NamedNode(HKG + n) for n in ("acknowledges", "code", "reason"))


@dataclass
class _Acknowledgement:
    file: str
    nodes: list[str]
    codes: list[str]
    reason: str = ""


def acknowledge(
    found: Iterable[Diagnostic],
    quads: Mapping[str, Iterable[ox.Quad]],
    judged: Iterable[str],
    where: Positions,
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Return the findings that stand, and those that the data acknowledge.

    An acknowledgement names a code and the focus node of a finding. One in a judged file that
    fits no finding is itself a finding.

    Parameters
    ----------
    found
        Every finding.
    quads
        File name -> what it says.
    judged
        The names of the files that were judged.
    where
        The positions of the data.
    """
    said = _acknowledgements(quads)
    if not said:
        return list(found), []
    by_key = {
        (node, code): node_id for node_id, a in said.items() for node in a.nodes for code in a.codes
    }
    standing, accepted = [], []
    used: set[ox.NamedNode | ox.BlankNode] = set()
    for diagnostic in found:
        by = by_key.get((diagnostic.focus_node or "", diagnostic.code))
        if by is None:
            standing.append(diagnostic)
        else:
            used.add(by)
            reason = said[by].reason or "no reason is given"
            accepted.append(replace(diagnostic, acknowledged=reason))
    judged = set(judged)
    for node, acknowledgement in said.items():
        # One without a proper code is a finding of its shape already.
        is_whole = any(map(_CODES.fullmatch, acknowledgement.codes))
        if is_whole and node not in used and acknowledgement.file in judged:
            standing.append(_stale(node, acknowledgement, where))
    return standing, accepted


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


def _stale(
    node: ox.NamedNode | ox.BlankNode, said: _Acknowledgement, where: Positions
) -> Diagnostic:
    place = where.find(node, frozenset({_ACKNOWLEDGES}), None)
    what = f"{' or '.join(said.codes) or 'no code'} at {' or '.join(said.nodes)}"
    return finding(
        "acknowledgement-stale",
        place,
        f"acknowledged finding is not there: {what}",
        help="take the acknowledgement out, or mend its code or node",
        focus_node=compact(node.value),
    )
