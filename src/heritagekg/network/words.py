"""What the columns, kinds and dates of a network are called where people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Column -> its meaning, for the codebook.
NODE_COLUMNS = {
    "code": "number of the node in this network",
    "id": "CURIE of the thing",
    "iri": "IRI of the thing",
    "label": "what it is called: in English, else in the first language there is",
    "labels": "JSON: language tag to what it is called in that language",
    "kind": "most special class of the thing",
    "country": "country it belongs to",
    "degree": "number of its edges",
    "in_degree": "number of edges that end at it",
    "out_degree": "number of edges that begin at it",
    "strength": "sum of the weights of its edges",
    "in_strength": "sum of the weights of the edges that end at it",
    "out_strength": "sum of the weights of the edges that begin at it",
    "component": "component it is in; 0 is the largest",
    "core": "largest k for which it is in the k-core",
    "betweenness": "share of shortest paths between two others that go through it, 0 to 1",
    "pagerank": "PageRank with damping 0.85",
    "community": "community it is in; 0 is the largest",
    "brokerage": "pairs of its neighbours from two countries that are not tied to each other",
    "coordinator": "such pairs of one country, which is its own",
    "itinerant": "such pairs of one country, which is not its own",
    "gatekeeper": "such pairs of two countries, one of which is its own",
    "liaison": "such pairs of two countries, neither of which is its own",
}
EDGE_COLUMNS = {
    "source": "where the edge begins",
    "target": "where the edge ends",
    "type": "Directed or Undirected, as Gephi asks",
    "kind": "post, capacity, class or property that the tie is of",
    "weight": "weight of the edge",
    "start": "first day on which the tie may have held; empty: not known",
    "end": "last day on which the tie may have held; empty: not known",
    "certain_from": "first day on which the tie certainly held, where not after certain_until",
    "certain_until": "last day on which the tie certainly held",
    "certainty": "certain or possible, in the time that was asked about",
    "fact": "statement that makes the tie",
    "document": "documents that state it, separated by spaces",
    "shared": "what the two share, separated by spaces",
    "change": "born, ended or kept between the two days",
}


def kind_in_words(curie: str | None) -> str:
    """Return the name of a class, role or property for people.

    Examples
    --------
    >>> kind_in_words("hkg:NationalCommittee"), kind_in_words("role:board-member")
    ('national committee', 'board member')
    """
    if not curie:
        return "not stated"
    name = re.split(r"[:/#]", curie)[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("-", " ").lower()


def time_in_words(edge: Mapping[str, Any]) -> str:
    """Return when a tie may have held and when it certainly did, or nothing where none says.

    Examples
    --------
    >>> time_in_words({"start": "2004-01-01", "certain_from": "2004-12-31"})
    'from 2004-01-01 at the earliest'
    >>> both = {"certain_from": "2004-12-31", "certain_until": "2008-06-01"}
    >>> time_in_words({"start": "2004-01-01", "end": "2008-06-30"} | both)
    '2004-01-01 to 2008-06-30 at most; certainly 2004-12-31 to 2008-06-01'
    """
    start, end = edge.get("start"), edge.get("end")
    said = ""
    if start and end:
        said = start if start == end else f"{start} to {end} at most"
    elif start or end:
        said = f"from {start} at the earliest" if start else f"until {end} at the latest"
    first, last = edge.get("certain_from"), edge.get("certain_until")
    if first and last and first <= last and (first, last) != (start, end):
        sure = first if first == last else f"{first} to {last}"
        return f"{said}; certainly {sure}" if said else f"certainly {sure}"
    return said
