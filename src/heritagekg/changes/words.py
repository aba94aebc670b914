"""Changes in a curator's words: who came, who went, what is said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from heritagekg.changes.compare import Comparison, Said, State, Term
from heritagekg.terms import PREFIXES, compact, expand

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_RDFS_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
_NAMES = [ox.NamedNode(expand(curie)) for curie in ("skos:prefLabel", "dcterms:title")]
# Class -> what a fact of it is about, and what it says; a bracket is left out where it is empty.
_FACTS = {
    "hkg:Admission": ("admission of {hkg:organization}", "by {hkg:admittedBy}"),
    "hkg:Affiliation": ("parent body of {hkg:organization}", "{hkg:parentBody}"),
    "hkg:AttributedStatement": ("{hkg:attributedTo} on {hkg:topic}", "“{hkg:quotation}”"),
    "hkg:Award": ("{hkg:prize}", "{hkg:recipient}"),
    "hkg:Dating": ("dates of {hkg:event}", ""),
    "hkg:Dissolution": ("end of {hkg:organization}", ""),
    "hkg:Founding": ("founding of {hkg:organization}", ""),
    "hkg:LegalStatus": ("legal form of {hkg:organization}", "{hkg:legalForm}"),
    "hkg:Location": ("place of {hkg:organization}", "{hkg:place} {hkg:streetAddress}"),
    "hkg:Membership": ("members of {hkg:organization}", "{hkg:member}"),
    "hkg:NamePeriod": ("name of {hkg:subject}", "{hkg:name}"),
    "hkg:Observation": ("{hkg:measure} of {hkg:subject}", "{hkg:qualifier} {hkg:value}"),
    "hkg:Participation": ("{hkg:event}", "{hkg:participant} as {hkg:capacity}"),
    "hkg:Partnership": ("partners", "{hkg:partner}"),
    "hkg:Registration": ("registration of {hkg:organization}", "by {hkg:registeredBy}"),
    "hkg:Tenure": ("{hkg:role} of {hkg:organization}", "{hkg:heldBy}"),
}
# Property -> the word before its value.
_WORDS = {
    "dcterms:issued": "published",
    "dcterms:title": "title",
    "hkg:admittedIn": "in",
    "hkg:asOf": "in",
    "hkg:attestedIn": "attested in",
    "hkg:awardedIn": "in",
    "hkg:dissolvedIn": "in",
    "hkg:endDate": "until",
    "hkg:foundedIn": "in",
    "hkg:registeredIn": "in",
    "hkg:startDate": "from",
    "hkg:validFrom": "since",
    "hkg:validUntil": "until",
    "prov:wasDerivedFrom": "source",
    "rdf:type": "kind",
    "skos:altLabel": "other name",
    "skos:editorialNote": "note",
    "skos:exactMatch": "same as",
    "skos:prefLabel": "name",
}
_TIMES = (
    *("hkg:validFrom", "hkg:startDate", "hkg:validUntil", "hkg:endDate", "hkg:foundedIn"),
    *("hkg:admittedIn", "hkg:registeredIn", "hkg:dissolvedIn", "hkg:awardedIn", "hkg:asOf"),
    "hkg:attestedIn",
)
_ENDS = ("hkg:validUntil", "hkg:endDate")
# The header of a file is no thing of the world.
_SECTIONS = {"void:Dataset": "file headers"}
MARKS = {"added": "+", "removed": "-", "changed": "~"}


class Line(NamedTuple):
    """One change in words: the class it is of, what happened, and the sentence."""

    kind: str
    what: str
    text: str


def lines(comparison: Comparison, beneath: State) -> list[Line]:
    """Return the changes in words, facts on one matter in one line.

    Parameters
    ----------
    comparison
        The two states.
    beneath
        What else names things: the workspace that this one extends.
    """
    return _Teller(comparison, beneath).lines()


class _Item(NamedTuple):
    what: str
    order: str
    text: str
    begins: str
    ends: str


class _Teller:
    def __init__(self, comparison: Comparison, beneath: State) -> None:
        self._comparison = comparison
        self._labels: dict[Term, str] = {}
        for state in (beneath, comparison.old, comparison.new):
            self._labels |= _labels(state)

    def lines(self) -> list[Line]:
        facts: dict[tuple[str, str], list[_Item]] = {}
        found: list[Line] = []
        old, new = self._comparison.old.subjects, self._comparison.new.subjects
        for subject in self._comparison.changed:
            if isinstance(subject, ox.BlankNode):
                continue
            before, after = old.get(subject, frozenset()), new.get(subject, frozenset())
            kind = _kind(after) or _kind(before)
            if kind in _FACTS:
                head = self._filled(_FACTS[kind][0], after or before)
                item = self._item(_FACTS[kind][1], before, after)
                facts.setdefault((kind, head), []).append(item)
            elif (line := self._entity(subject, kind, before, after)) is not None:
                found.append(line)
        found += [self._fact(*key, items) for key, items in facts.items()]
        found += self._unnamed()
        return sorted(found, key=lambda line: (line.kind, line.text))

    def _fact(self, kind: str, head: str, items: list[_Item]) -> Line:
        told = []
        end = ""
        for item in sorted(items, key=lambda one: (one.order, one.text)):
            # After "X until 2025-11", "Y since 2025-11" needs no second date.
            is_next = item.what == "added" and end and item.begins == end
            text = item.text.replace(f" since {end}", " since", 1) if is_next else item.text
            told.append(text if item.what != "removed" or _all(items) else f"no longer {text}")
            end = item.ends
        return Line(self._label(kind), _all(items) or "changed", f"{head}: {', '.join(told)}")

    def _item(self, body: str, before: Said, after: Said) -> _Item:
        said = after or before
        who = self._filled(body, said)
        values = {compact(p.value): str(o.value) for p, o in said}
        times = [(p, values[p]) for p in _TIMES if p in values]
        # Who left on a day stands before who came on it.
        order = f"{times[0][1]} {times[0][0] not in _ENDS}" if times else ""
        begins, ends = values.get("hkg:validFrom", ""), values.get("hkg:validUntil", "")
        if before and after:
            return _Item(
                "changed", order, self._joined(who, self._differences(before, after)), begins, ends
            )
        when = [f"{_WORDS[p]} {value}" for p, value in times]
        return _Item(
            "added" if after else "removed",
            order,
            " ".join(filter(None, [who, *when])),
            begins,
            ends,
        )

    def _joined(self, who: str, parts: list[str]) -> str:
        return " ".join(filter(None, [who, "; ".join(parts)]))

    def _entity(self, subject: ox.NamedNode, kind: str, before: Said, after: Said) -> Line | None:
        name = self._label(subject)
        curie = compact(subject.value)
        shown = name if name == curie else f"{name} ({curie})"
        section = _SECTIONS.get(kind) or (self._label(kind) if kind else "other")
        if not before or not after:
            return Line(section, "added" if after else "removed", shown)
        parts = self._differences(before, after)
        if kind == "void:Dataset" and all(part.startswith("modified ") for part in parts):
            return None
        return Line(section, "changed", f"{shown}: {'; '.join(parts)}")

    def _differences(self, before: Said, after: Said) -> list[str]:
        """Return in words what *after* says that *before* does not, and the other way round."""
        found = []
        came, went = _by_property(after - before), _by_property(before - after)
        for predicate, language in sorted(came.keys() | went.keys(), key=_property_order):
            word = self._word(predicate) + (f" ({language})" if language else "")
            new = ", ".join(map(self._value, came.get((predicate, language), ())))
            old = ", ".join(map(self._value, went.get((predicate, language), ())))
            if new and old:
                found.append(f"{word} {new}, not {old}")
            else:
                found.append(f"{word} {new}" if new else f"no longer {word} {old}")
        return found

    def _word(self, predicate: ox.NamedNode) -> str:
        curie = compact(predicate.value)
        if curie in _WORDS:
            return _WORDS[curie]
        if curie == predicate.value:
            return curie
        return self._labels.get(predicate) or curie.partition(":")[2]

    def _filled(self, template: str, said: Said) -> str:
        """Return *template* with the values of the properties that it names."""
        values: dict[str, list[str]] = {}
        for predicate, value in said:
            values.setdefault(compact(predicate.value), []).append(self._plain(value))
        text = template
        for curie in _named_in(template):
            text = text.replace("{" + curie + "}", " and ".join(sorted(values.get(curie, []))))
        words = text.replace("“”", "").split()
        # What stood before a value that is not given.
        return " ".join(words[:-1] if words and words[-1] in ("as", "by", "on") else words)

    def _plain(self, value: Term) -> str:
        return value.value if isinstance(value, ox.Literal) else self._label(value)

    def _value(self, value: Term) -> str:
        if isinstance(value, ox.Literal) and (value.language or " " in value.value):
            return f"“{value.value}”"
        return self._plain(value)

    def _label(self, term: Term | str) -> str:
        if isinstance(term, str):
            term = ox.NamedNode(expand(term))
        if isinstance(term, ox.BlankNode):
            return "an unnamed node"
        return self._labels.get(term) or compact(term.value)

    def _unnamed(self) -> Iterable[Line]:
        number = sum(isinstance(subject, ox.BlankNode) for subject in self._comparison.changed)
        if number:
            nodes = f"{number} unnamed node{'' if number == 1 else 's'} (in brackets)"
            yield Line("other", "changed", f"what is said of {nodes}")


def _all(items: list[_Item]) -> str:
    """Return what happened to all *items* alike, or an empty string."""
    what = {item.what for item in items}
    return what.pop() if len(what) == 1 else ""


def _kind(said: Said) -> str:
    kinds = sorted(
        compact(value.value)
        for predicate, value in said
        if predicate == _TYPE and isinstance(value, ox.NamedNode)
    )
    return next((kind for kind in kinds if kind in _FACTS), kinds[0] if kinds else "")


def _named_in(template: str) -> list[str]:
    return [part.partition("}")[0] for part in template.split("{")[1:]]


def _property_order(key: tuple[ox.NamedNode, str]) -> tuple[int, str, str]:
    curie = compact(key[0].value)
    return (_TIMES.index(curie) if curie in _TIMES else len(_TIMES)), curie, key[1]


def _by_property(
    said: Iterable[tuple[ox.NamedNode, Term]],
) -> dict[tuple[ox.NamedNode, str], list[Term]]:
    found: dict[tuple[ox.NamedNode, str], list[Term]] = {}
    for predicate, value in sorted(said, key=str):
        language = value.language or "" if isinstance(value, ox.Literal) else ""
        found.setdefault((predicate, language), []).append(value)
    return found


def _labels(state: State) -> dict[Term, str]:
    """Return the English label of each thing, else another."""
    found: dict[Term, tuple[int, str]] = {}
    for subject, said in state.subjects.items():
        for predicate, value in said:
            if predicate in (*_NAMES, _RDFS_LABEL) and isinstance(value, ox.Literal):
                rated = (int(value.language != "en"), value.value)
                if subject not in found or rated < found[subject]:
                    found[subject] = rated
    return {subject: label for subject, (_, label) in found.items()}


def text(found: list[Line], moved: Mapping[tuple[str, str], int]) -> str:
    """Return *found* as plain text, one section a class.

    Examples
    --------
    >>> print(text([Line("Tenure", "changed", "chair of A: X until 2025-11, Y since")], {}), end="")
    Tenure
      ~ chair of A: X until 2025-11, Y since
    """
    return "\n".join(
        "".join(
            [
                f"{kind}\n",
                *(f"  {MARKS[line.what]} {' '.join(line.text.split())}\n" for line in section),
            ]
        )
        for kind, section in _sections(found, moved).items()
    )


def markdown(found: list[Line], moved: Mapping[tuple[str, str], int]) -> str:
    r"""Return *found* as Markdown, for the description of a pull request.

    Examples
    --------
    >>> print(markdown([Line("Museum", "added", "A *new* one (museum:a)")], {}), end="")
    ### Museum
    <BLANKLINE>
    - added: A \*new\* one (museum:a)
    """
    return "\n".join(
        "".join(
            [f"### {kind}\n\n", *(f"- {line.what}: {_escaped(line.text)}\n" for line in section)]
        )
        for kind, section in _sections(found, moved).items()
    )


def _sections(found: list[Line], moved: Mapping[tuple[str, str], int]) -> dict[str, list[Line]]:
    sections: dict[str, list[Line]] = {}
    for line in found:
        sections.setdefault(line.kind, []).append(line)
    for (old, new), number in sorted(moved.items()):
        things = f"{number} thing{'' if number == 1 else 's'} moved from {old} to {new}, unchanged"
        sections.setdefault("files", []).append(Line("files", "changed", things))
    return sections


def _escaped(text: str) -> str:
    for letter in ("\\", "*", "_", "`", "<", "["):
        text = text.replace(letter, f"\\{letter}")
    return " ".join(text.split())
