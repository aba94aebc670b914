"""Triples as JSON-LD 1.1 that reads like plain JSON: names in place of IRIs, by a context."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias

import pyoxigraph as ox

from heritagekg.terms import HKG, PREFIXES, compact

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING, _LANG_STRING = _XSD + "string", PREFIXES["rdf"] + "langString"
# Datatypes that JSON has a form of its own for, whatever way the number was written.
_NATIVE = {_XSD + "boolean": {"true": True, "false": False}}

Term: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"
Values: TypeAlias = "dict[ox.NamedNode, list[Term]]"


def write(triples: Iterable[ox.Triple]) -> bytes:
    r"""Return *triples* as a JSON-LD document in UTF-8.

    A property of ours is a key by its own name, another by its CURIE; the context says which
    values are things and of which type the others are, so that most are plain strings.

    Examples
    --------
    >>> committee, organization = (ox.NamedNode(PREFIXES[p] + n) for p, n in
    ...     [("committee", "az"), ("organization", "icom")])
    >>> part_of = ox.NamedNode(HKG + "partOf")
    >>> document = json.loads(write([ox.Triple(committee, part_of, organization)]))
    >>> document["@graph"]
    [{'@id': 'committee:az', 'partOf': 'organization:icom'}]
    """
    said: dict[Any, Values] = defaultdict(lambda: defaultdict(list))
    objects: Values = defaultdict(list)
    for triple in triples:
        said[triple.subject][triple.predicate].append(triple.object)
        objects[triple.predicate].append(triple.object)
    prefixes: set[str] = set()
    forms = {predicate: _form(values) for predicate, values in objects.items()}
    graph = []
    for subject in sorted(said, key=str):
        node: dict[str, Any] = {"@id": _name(subject, prefixes)}
        for predicate in sorted(said[subject], key=lambda term: str(term.value)):
            values = sorted(said[subject][predicate], key=str)
            if predicate == _TYPE:
                node["@type"] = _one([_name(value, prefixes) for value in values])
            elif forms[predicate] == "@language":
                node[_key(predicate, prefixes)] = _by_language(values)
            else:
                form = forms[predicate]
                node[_key(predicate, prefixes)] = _one([_value(v, form, prefixes) for v in values])
        graph.append(node)
    document = {"@context": _context(forms, prefixes), "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _form(values: list[Term]) -> str:
    """Return what all *values* are alike: `@id`, `@language`, a datatype, or "" for a mixture."""
    kinds = {_kind(value) for value in values}
    if len(kinds) != 1:
        return ""
    (kind,) = kinds
    return "" if kind in (_STRING, *_NATIVE) else kind


def _kind(value: Term) -> str:
    if not isinstance(value, ox.Literal):
        return "@id"
    return "@language" if value.language else value.datatype.value


def _context(forms: dict[ox.NamedNode, str], prefixes: set[str]) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for predicate, form in forms.items():
        if predicate == _TYPE:
            continue
        key = _key(predicate, prefixes)
        name = _name(predicate, prefixes)
        if form == "@language":
            terms[key] = {"@id": name, "@container": "@language"}
        elif form:
            said = "@id" if form == "@id" else _name(ox.NamedNode(form), prefixes)
            terms[key] = {"@id": name, "@type": said}
        elif key != name:
            terms[key] = name
    used = {prefix: PREFIXES[prefix] for prefix in sorted(prefixes)}
    return used | dict(sorted(terms.items()))


def _key(predicate: ox.NamedNode, prefixes: set[str]) -> str:
    if predicate.value.startswith(HKG):
        local = predicate.value.removeprefix(HKG)
        # A prefix and a property may share a name; the prefix keeps it.
        if local and local not in PREFIXES:
            return local
    return _name(predicate, prefixes)


def _name(term: Any, prefixes: set[str]) -> str:
    if not isinstance(term, ox.NamedNode):
        return str(term)
    curie = compact(term.value)
    if curie != term.value:
        prefixes.add(curie.partition(":")[0])
    return curie


def _value(value: Term, form: str, prefixes: set[str]) -> Any:
    if not isinstance(value, ox.Literal):
        name = _name(value, prefixes)
        return name if form == "@id" else {"@id": name}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = value.datatype.value
    if form or datatype == _STRING:
        return value.value
    if value.value in _NATIVE.get(datatype, {}):
        return _NATIVE[datatype][value.value]
    return {"@value": value.value, "@type": _name(value.datatype, prefixes)}


def _by_language(values: list[Term]) -> dict[str, Any]:
    texts: dict[str, list[str]] = defaultdict(list)
    for value in values:
        assert isinstance(value, ox.Literal) and value.language
        texts[value.language].append(value.value)
    return {language: _one(found) for language, found in sorted(texts.items())}


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
