"""The SPARQL texts of SHACL-SPARQL, made ready to run (SHACL §5 and §6)."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from heritagekg.engine.bindings import Token, bind, tokens
from heritagekg.engine.embedded import Embedded
from heritagekg.engine.protocol import Term
from heritagekg.errors import HeritageKGError
from heritagekg.terms import PREFIXES
from heritagekg.validation.shapes import Node, NotCompiled, Shape, ShapesError, Validator

_FORBIDDEN = {"minus", "service", "values"}
_SHAPES_GRAPH, _CURRENT_SHAPE = "shapesGraph", "currentShape"


def prepared(
    text: str,
    prefixes: Mapping[str, str],
    shape: Shape,
    path: str | None,
    shapes_graph: ox.NamedNode | None,
    bound: tuple[str, ...] = ("this",),
) -> str:
    """Return the text of a SPARQL constraint with full IRIs and $PATH put in.

    Parameters
    ----------
    text, prefixes
        What `sh:select` or `sh:ask` holds, and what `sh:prefixes` declares.
    shape, path
        The shape it stands in, and the text of that shape's path.
    shapes_graph
        The graph of the dataset that holds the shapes; None where there is none.
    bound
        Names of variables that are given and must not be assigned.

    Raises
    ------
    ShapesError
        For what SHACL-SPARQL excludes (§5.2.1): MINUS, SERVICE, VALUES, assigning one of the
        *bound* variables, and subqueries that do not select them.
    NotCompiled
        For $shapesGraph where the dataset does not hold the shapes, and for $currentShape where
        the shape is a blank node.
    """
    found = [token for token in tokens(text) if token.kind != "space"]
    for index, token in enumerate(found):
        word = token.text.lower()
        if token.kind == "word" and word in _FORBIDDEN:
            raise ShapesError(
                f"a SPARQL constraint uses {token.text.upper()}, which SHACL excludes"
            )
        if token.kind == "word" and word == "select" and index:
            _refuse_closed_subquery(found[index + 1 :], "{" in {t.text for t in found[:index]})
        is_assigned = token.kind == "variable" and found[index - 1].text.lower() == "as"
        if is_assigned and token.text[1:] in bound:
            raise ShapesError(f"a SPARQL constraint assigns {token.text}, which is given")
    given = _given(found, shape.node, shapes_graph)
    return bind(expanded(text, prefixes, path), given)


def refuse_unusable(text: str, *, is_here: bool) -> None:
    """Raise `ShapesError` for a SELECT that gives no $this, or, if it runs here, is no query."""
    head = [token.text for token in tokens(text[: text.find("{")])]
    if not {"$this", "?this", "*"} & set(head):
        raise ShapesError("a SPARQL constraint does not select $this")
    if is_here:
        try:
            Embedded(ox.Store()).select(text)
        except HeritageKGError as error:
            raise ShapesError(f"a SPARQL constraint is no query: {error}") from None


def expanded(text: str, prefixes: Mapping[str, str], path: str | None) -> str:
    """Return *text* with full IRIs for prefixed names, and *path* for $PATH.

    So it can stand inside another query, which has no place for declarations.
    """
    declared = dict(prefixes)
    words = list(tokens(text))
    plain = [index for index, token in enumerate(words) if token.kind != "space"]
    for at, name, iri in zip(plain, plain[1:], plain[2:], strict=False):
        if words[at].text.lower() == "prefix" and words[iri].kind == "iri":
            declared[words[name].text[:-1]] = words[iri].text[1:-1]
            words[at] = words[name] = words[iri] = Token("space", " ", words[at].offset)
    return "".join(_written(token, declared, path) for token in words)


def _written(token: Token, prefixes: Mapping[str, str], path: str | None) -> str:
    if token.kind == "variable" and token.text[1:] == "PATH" and path:
        return path
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        if prefix in prefixes:
            return f"<{prefixes[prefix]}{local.replace(chr(92), '')}>"
        if prefix != "_" and prefix not in PREFIXES:
            raise ShapesError(
                f"the prefix {prefix}: of a SPARQL text is not declared; sh:prefixes names a node "
                "that declares it by sh:declare"
            )
    return token.text


def _given(found: list[Token], shape: Node, graph: ox.NamedNode | None) -> dict[str, Term]:
    used = {token.text[1:] for token in found if token.kind == "variable"}
    given: dict[str, Term] = {}
    if _SHAPES_GRAPH in used:
        if graph is None:
            raise NotCompiled("a SPARQL constraint asks for $shapesGraph")
        given[_SHAPES_GRAPH] = graph
    if _CURRENT_SHAPE in used:
        if isinstance(shape, ox.BlankNode):
            raise NotCompiled("a SPARQL constraint asks for $currentShape, a blank node")
        given[_CURRENT_SHAPE] = shape
    return given


def _refuse_closed_subquery(after: list[Token], is_inner: bool) -> None:
    selected = []
    for token in after:
        if token.text == "{":
            break
        selected.append(token.text)
    if is_inner and not {"$this", "?this"} & set(selected):
        raise ShapesError("a subquery of a SPARQL constraint does not select $this")


def needs_prebinding(text: str) -> bool:
    """Return whether *text* may use $this where a join with the focus nodes does not reach it.

    A group inside the outer one is reached if it is that of EXISTS, if it does not speak of
    $this, or if its first triple begins with it; a subquery is not.

    Examples
    --------
    >>> needs_prebinding("SELECT $this { $this <a:b> ?x OPTIONAL { $this <a:c> ?y } }")
    False
    >>> needs_prebinding("SELECT $this { { ?x <a:b> 1 FILTER(?x = $this) } UNION { $this a ?y } }")
    True
    """
    found = [token for token in tokens(text) if token.kind != "space"]
    opened = [index for index, token in enumerate(found) if token.text == "{"]
    return any(
        found[index - 1].text.lower() != "exists" and not _is_reached(found[index + 1 :])
        for index in opened[1:]
    )


def _is_reached(inside: list[Token]) -> bool:
    depth = 1
    words = []
    for token in inside:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0:
            break
        words.append(token.text.lower())
    if "select" in words:
        return False
    return not {"$this", "?this"} & set(words) or words[0] in ("$this", "?this")


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return *text* with its variables called otherwise: name -> variable."""
    return "".join(
        names.get(token.text[1:], token.text) if token.kind == "variable" else token.text
        for token in tokens(text)
    )


def joined(text: str, focus: str) -> str:
    """Return the SELECT *text* with the group *focus* joined to its outer group."""
    cut = next(token.offset for token in tokens(text) if token.text == "{") + 1
    return f"{text[:cut]} {focus} {text[cut:]}"


def finds_this(text: str) -> bool:
    """Return whether the outer group of *text* begins with a triple of $this and one predicate.

    Examples
    --------
    >>> finds_this("SELECT $this { $this <a:b> ?x }"), finds_this("SELECT $this { $this ?p ?x }")
    (True, False)
    >>> finds_this("SELECT $this { $this <a:b>* ?x }")
    False
    """
    found = [token for token in tokens(text) if token.kind != "space"]
    start = next(index for index, token in enumerate(found) if token.text == "{") + 1
    kinds = [token.kind for token in found[start + 1 : start + 3]]
    is_this = found[start].text in ("$this", "?this")
    return is_this and kinds[:1] in (["iri"], ["name"]) and kinds[1:] == ["variable"]


def filtered(text: str, test: str) -> str:
    """Return the SELECT *text* with the solutions of its outer group of which *test* is true."""
    depth = 0
    for token in tokens(text):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if token.text == "}" and depth == 0:
            return f"{text[: token.offset]} FILTER({test}) {text[token.offset :]}"
    return text


def group_of(ask: str) -> str:
    """Return the group graph pattern of an ASK query, in its braces."""
    return ask[next(token.offset for token in tokens(ask) if token.text == "{") :]


def with_parameters(
    validator: Validator,
    fixed: Mapping[str, Term],
    shape: Shape,
    path: str | None,
    shapes_graph: ox.NamedNode | None,
) -> str:
    """Return the text of a component's validator with the shape's parameters put in."""
    bound = ("this", "value", *fixed)
    text = prepared(validator.text, validator.prefixes, shape, path, shapes_graph, bound)
    used = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
    return bind(text, {name: term for name, term in fixed.items() if name in used})


def local_name(iri: ox.NamedNode) -> str:
    """Return the part of *iri* that names a parameter's variable (SHACL §6.2.1)."""
    return iri.value[max(iri.value.rfind("#"), iri.value.rfind("/")) + 1 :]
