"""Literals as they were written, in a store that keeps only their values.

oxigraph stores the decimal 40.370 as 40.37 and an `xsd:byte` as an `xsd:integer`; SHACL compares
terms, lengths and datatypes as written. So a literal that a store would change is given a datatype
of our own. Where SPARQL constraints read its predicate, and have to see plain values, that happens
beside the predicate, and the queries that SHACL asks for read the one beside it instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from heritagekg.engine.protocol import Term

_XSD = "http://www.w3.org/2001/XMLSchema#"
AS_WRITTEN = "https://w3id.org/heritagekg/as-written#"
ASIDE = "https://w3id.org/heritagekg/as-written/"
_DAYS = re.compile(r"-?[0-9-]+Z?")
# Forms that surely come back as they went in; whatever does not match is kept as written.
_STABLE = {
    "boolean": re.compile("true|false"),
    "integer": re.compile("0|-?[1-9][0-9]*"),
    "decimal": re.compile(r"0|-?[1-9][0-9]*(\.[0-9]*[1-9])?|-?0\.[0-9]*[1-9]"),
    "double": re.compile("0|-?[1-9][0-9]{0,5}|INF|NaN"),
    "float": re.compile("0|-?[1-9][0-9]{0,5}|INF|NaN"),
    **dict.fromkeys(("date", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"), _DAYS),
    "dateTime": re.compile("[0-9-]+T(?!24)[0-9:]+Z?"),
    "time": re.compile("(?!24)[0-9:]+Z?"),
}
_CHANGED = (
    *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort"),
    *("unsignedByte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger"),
    *("negativeInteger", "duration", "dayTimeDuration", "yearMonthDuration", "dateTimeStamp"),
)
_FORMS = {
    **{_XSD + name: form for name, form in _STABLE.items()},
    **{_XSD + name: None for name in _CHANGED},
}


def is_kept(term: Term) -> bool:
    """Return whether a store surely gives *term* back as it is written.

    Examples
    --------
    >>> decimal = ox.NamedNode(_XSD + "decimal")
    >>> is_kept(ox.Literal("4", datatype=decimal)), is_kept(ox.Literal("4.0", datatype=decimal))
    (True, False)
    """
    return not isinstance(term, ox.Literal) or is_kept_of(term.datatype.value, term.value)


def is_kept_of(datatype: str, text: str) -> bool:
    """Return whether a store surely gives a literal with this IRI and *text* back as it is."""
    if datatype not in _FORMS:
        return True
    form = _FORMS[datatype]
    return form is not None and form.fullmatch(text) is not None


def as_written(term: Term) -> Term:
    """Return *term* in the form that a store keeps: itself, or under a datatype of our own.

    Examples
    --------
    >>> str(as_written(ox.Literal("4.0", datatype=ox.NamedNode(_XSD + "decimal"))))
    '"4.0"^^<https://w3id.org/heritagekg/as-written#decimal>'
    """
    if is_kept(term):
        return term
    assert isinstance(term, ox.Literal)
    return ox.Literal(term.value, datatype=ox.NamedNode(kept_datatype(term.datatype.value)))


def kept_datatype(datatype: str) -> str:
    """Return the datatype under which literals of *datatype* are kept."""
    return AS_WRITTEN + datatype.removeprefix(_XSD)


def is_changed(datatype: str) -> bool:
    """Return whether a store changes literals of *datatype*, some or all."""
    return datatype in _FORMS


def original(term: Term) -> Term:
    """Return the term that `as_written` or `aside` was given."""
    if isinstance(term, ox.Literal) and term.datatype.value.startswith(AS_WRITTEN):
        name = term.datatype.value.removeprefix(AS_WRITTEN)
        return ox.Literal(term.value, datatype=ox.NamedNode(_XSD + name))
    if isinstance(term, ox.NamedNode) and term.value.startswith(ASIDE):
        return ox.NamedNode(term.value.removeprefix(ASIDE))
    return term


def aside(predicate: str) -> str:
    """Return the IRI of the predicate that holds the values of *predicate* as written."""
    return ASIDE + predicate


def value_of(expression: str) -> str:
    """Return a SPARQL expression of the value of *expression*, which may be kept as written."""
    datatype = f"STR(DATATYPE({expression}))"
    plain = f'STRDT(STR({expression}), IRI(CONCAT("{_XSD}", STRAFTER({datatype}, "{AS_WRITTEN}"))))'
    return f'IF(COALESCE(STRSTARTS({datatype}, "{AS_WRITTEN}"), false), {plain}, {expression})'


class Spellings:
    """The triples that a store would spell its own way, noted while it is filled.

    Parameters
    ----------
    plain
        IRIs of the predicates whose plain values are asked for; None where that may be any.
    changed
        IRIs of the predicates of which it is known already that a value would change.

    Examples
    --------
    >>> text = "<a:a> <a:b> 4.0, 5 ; <a:c> 1 ."
    >>> spellings = Spellings()
    >>> store = ox.Store()
    >>> store.extend(spellings.noted(ox.parse(text, format=ox.RdfFormat.TURTLE)))
    >>> spellings.predicates
    frozenset({'a:b'})
    >>> sorted(quad.object.value for quad in spellings.quads(store))
    ['4.0', '5']
    """

    def __init__(self, plain: frozenset[str] | None = None, changed: Iterable[str] = ()) -> None:
        self._plain = plain
        self._numbers: dict[ox.NamedNode, list[ox.Quad]] = {}
        self._changed = set(map(ox.NamedNode, changed))

    @classmethod
    def of_triples(cls, triples: bytes, predicates: Iterable[str]) -> Spellings:
        """Return the spellings of N-Triples in which *predicates* are those that would change."""
        changed = {f"<{predicate}>".encode(): predicate for predicate in predicates}
        spellings = cls(None, changed.values())
        if changed:
            lines = [line for line in triples.splitlines() if line.split(b" ", 2)[1] in changed]
            for _ in spellings.noted(ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)):
                pass
        return spellings

    @property
    def predicates(self) -> frozenset[str]:
        """The IRIs of the predicates with a value that a store would change."""
        return frozenset(predicate.value for predicate in self._changed)

    def noted(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Return *quads* for the default graph one by one, noting those that would change.

        Where nobody asks for the plain values of its predicate, one that would is kept as written.
        """
        literal, forms, numbers, plain = ox.Literal, _FORMS, self._numbers, self._plain
        for quad in quads:
            value = quad.object
            if type(value) is literal and (datatype := value.datatype.value) in forms:
                predicate = quad.predicate
                form = forms[datatype]
                is_changed = form is None or form.fullmatch(value.value) is None
                if plain is None or predicate.value in plain:
                    numbers.setdefault(predicate, []).append(quad)
                    if is_changed:
                        self._changed.add(predicate)
                elif is_changed:
                    quad = ox.Quad(quad.subject, predicate, as_written(value))
            yield quad

    def quads(self, store: ox.Store) -> Iterator[ox.Quad]:
        """Return what stands aside: every value, as written, of each predicate of `predicates`."""
        for predicate in self._changed:
            beside = ox.NamedNode(aside(predicate.value))
            for quad in self._numbers.get(predicate, ()):
                value = quad.object
                assert not isinstance(value, ox.Triple)
                yield ox.Quad(quad.subject, beside, as_written(value))
            for quad in store.quads_for_pattern(None, predicate, None, ox.DefaultGraph()):
                value = quad.object
                if not isinstance(value, ox.Literal) or value.datatype.value not in _FORMS:
                    yield ox.Quad(quad.subject, beside, value)
