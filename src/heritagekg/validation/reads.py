"""What a query reads: the predicates and classes whose triples its answer depends on."""

from __future__ import annotations

from collections.abc import Mapping

from heritagekg.engine.bindings import Token, tokens
from heritagekg.terms import PREFIXES
from heritagekg.validation.shapes import Shapes
from heritagekg.validation.sparql import expanded
from heritagekg.validation.spelling import ASIDE

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUBCLASS_OF = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
# After these a term has ended, so that a variable may stand where a predicate does.
_ENDS = {";", "[", "]", ")"}
_TERMS = {"iri", "name", "blank", "string", "variable"}


def reads(query: str) -> frozenset[str] | None:
    """Return the IRIs of the predicates that *query* reads; `TYPE CLASS` for one class's members.

    More than it reads may be named, never less. None stands for everything: the query has a
    variable for a predicate, a negated property set, or a named graph.

    Examples
    --------
    >>> sorted(reads("SELECT * { ?x a <a:C> ; <a:b>/<a:c>* ?y FILTER(?y > 1) }"))
    ['a:C', 'a:b', 'a:c', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type a:C']
    >>> reads("SELECT * { ?x a <a:C> . ?x ?p ?y }") is None
    True
    >>> sorted(reads("SELECT * { VALUES ?kind { <a:C> } ?x a ?kind }"))[-1]
    'http://www.w3.org/1999/02/22-rdf-syntax-ns#type a:C'
    >>> sorted(reads("SELECT * { ?x a <a:C> , ?y }"))
    ['a:C', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type']
    """
    found = [token for token in tokens(query) if token.kind != "space"]
    prefixes = {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(found, found[1:], found[2:], strict=False)
        if word.text.lower() == "prefix"
    }
    named: set[str] = set()
    is_selected = False
    for index, token in enumerate(found):
        is_selected = _is_selected(token, is_selected)
        before = found[index - 1] if index else None
        after = found[index + 1] if index + 1 < len(found) else None
        if token.kind == "word" and token.text.lower() == "graph":
            return None
        if token.kind == "variable" and not is_selected and _is_predicate(before, after):
            return None
        if token.text == "!" and _begins_path(found[index + 1 : index + 3]):
            return None
        iri = _iri(token, prefixes)
        classes = [] if _is_step(before) else _classes(found, index)
        if iri == TYPE and classes:
            named.update(f"{TYPE} {_iri(each, prefixes)}" for each in classes)
        elif iri is not None:
            named.add(iri)
    return frozenset(named)


def read_plainly(shapes: Shapes) -> frozenset[str] | None:
    """Return the IRIs of the predicates that the SPARQL of *shapes* reads; None for any."""
    if shapes.components:
        return None
    named: frozenset[str] = frozenset()
    for shape in shapes.by_node.values():
        for constraint in shape.sparql:
            found = reads(expanded(constraint.select, constraint.prefixes, shape.path))
            if found is None:
                return None
            named |= found
        if shape.sparql:
            # What they are about may be values itself.
            named |= {str(term.value) for name, term in shape.targets if name != "targetClass"}
    return named


def _is_selected(token: Token, was_selected: bool) -> bool:
    """Return whether *token* stands in a SELECT clause."""
    word = token.text.lower()
    return word == "select" or (was_selected and word not in ("where", "{", "from"))


def _iri(token: Token, prefixes: Mapping[str, str]) -> str | None:
    if token.kind == "iri":
        return token.text[1:-1].removeprefix(ASIDE)
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, PREFIXES.get(prefix, prefix + ":")) + local.replace("\\", "")
    return TYPE if token.kind == "word" and token.text == "a" else None


def _classes(found: list[Token], index: int) -> list[Token]:
    """Return the classes that may follow the predicate at *index*; none where that may be any.

    It may be a variable, if just before the triple it is given its values.
    """
    after = found[index + 1 : index + 3]
    if len(after) < 2 or after[1].text == ",":
        return []
    kind = after[0]
    if kind.kind in ("iri", "name"):
        return [kind]
    start = index - 3
    while start > 0 and found[start].kind in ("iri", "name"):
        start -= 1
    given = [token.text for token in found[max(start - 2, 0) : start + 1]]
    if [*given, found[index - 2].text] != ["VALUES", kind.text, "{", "}"]:
        return []
    return found[start + 1 : index - 2]


def _is_step(token: Token | None) -> bool:
    """Return whether what follows *token* is inside a property path: all its values are read."""
    return token is not None and token.text in ("/", "^", "|", "(")


def _is_predicate(before: Token | None, after: Token | None) -> bool:
    if before is None or after is None:
        return False
    ends = before.kind in _TERMS or before.text in _ENDS
    begins = after.kind in _TERMS or after.text.isdigit() or after.text in ("(", "[", "+", "-")
    return ends and (begins or after.text in ("true", "false"))


def _begins_path(following: list[Token]) -> bool:
    """Return whether a negated property set follows a `!`."""
    if following and following[0].text == "(":
        following = following[1:]
    return bool(following) and (
        following[0].kind in ("iri", "name") or following[0].text in ("^", "a")
    )
