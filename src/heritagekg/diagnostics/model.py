"""Diagnostics: what is wrong in a curator's files, where, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from heritagekg.spans import Span

# From the gravest on; SHACL calls the first one a violation.
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file: its name in the workspace, and the span (None: the whole file)."""

    file: str
    span: Span | None = None

    def __str__(self) -> str:
        return (
            self.file if self.span is None else f"{self.file}:{self.span.line}:{self.span.column}"
        )


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding, and what it is: the other half of a duplicate."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that would mend a finding: the text to put in place of a stretch of a file.

    An empty span inserts. *is_example*: the text shows the form; the fact itself is not known.
    """

    file: str
    span: Span
    text: str
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes
    ----------
    code, severity, message
        `HK203`, one of `SEVERITIES`, and one short statement of what is.
    place
        The token that must be touched; None for what stands in no file.
    label
        What to write beside the caret; empty for nothing.
    help
        What to write instead.
    notes
        The rule, and why there is one.
    related
        Other places that belong to it.
    edit
        The change that *help* speaks of.
    translations
        The message in other languages, by tag.
    acknowledged
        Why the finding is accepted, where the data say so; empty elsewhere.
    focus_node, path, value, component, source_shape
        For a finding of SHACL, the terms of its result; CURIEs where a prefix gives one.
    result
        The result of SHACL itself.
    """

    code: str
    severity: str
    message: str
    place: Place | None = None
    label: str = ""
    help: str = ""
    notes: tuple[str, ...] = ()
    focus_node: str | None = None
    path: str | None = None
    value: str | None = None
    component: str | None = None
    source_shape: str | None = None
    related: tuple[Related, ...] = ()
    edit: Edit | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    acknowledged: str = ""
    result: object = field(default=None, compare=False, repr=False)

    @property
    def order(self) -> tuple[object, ...]:
        """The key by which findings are sorted: file, line, column, code."""
        file = self.place.file if self.place is not None else ""
        span = self.place.span if self.place is not None else None
        where = (span.line, span.column) if span is not None else (0, 0)
        return (file, *where, self.code, self.message, self.value or "")

    def in_language(self, language: str) -> Diagnostic:
        """Return the finding with its message in *language*, where there is one.

        Examples
        --------
        >>> found = Diagnostic("HK1", "error", "odd", translations={"az": "qəribə"})
        >>> found.in_language("az-AZ").message, found.in_language("fr").message
        ('qəribə', 'odd')
        """
        # Tags do not tell capitals from small letters (BCP 47); systems write az_AZ.
        asked = language.lower().replace("_", "-")
        said = self.translations.get(asked) or self.translations.get(asked.split("-")[0])
        return replace(self, message=said) if said else self

    def renamed(self, name: Callable[[str], str]) -> Diagnostic:
        """Return the finding with each file called what *name* gives for it.

        Examples
        --------
        >>> found = Diagnostic("HK1", "error", "odd", Place("a.ttl"))
        >>> str(found.renamed("data/{}".format).place)
        'data/a.ttl'
        """
        place, edit = self.place, self.edit
        return replace(
            self,
            place=replace(place, file=name(place.file)) if place is not None else None,
            edit=replace(edit, file=name(edit.file)) if edit is not None else None,
            related=tuple(
                replace(one, place=replace(one.place, file=name(one.place.file)))
                for one in self.related
            ),
        )


# Letters that would steer a terminal, or turn a line of text round.
_HIDDEN = {
    **{code: 0x2400 + code for code in range(32) if code not in (9, 10)},
    127: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), 0xFFFD),
}


def visible(text: str) -> str:
    r"""Return *text* with a sign in place of each letter that cannot be seen.

    Examples
    --------
    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    """
    return text if text.isprintable() else text.translate(_HIDDEN)


def folded(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return *diagnostics* with those in one that say the same of the same place.

    SHACL has a result for each value; where the caret is the same, a person reads one finding
    with all its other places.

    Examples
    --------
    >>> one = Diagnostic("HK1", "error", "odd", related=(Related(Place("a"), "here"),))
    >>> other = replace(one, value="x", related=(Related(Place("b"), "there"),))
    >>> [[str(related.place) for related in found.related] for found in folded([one, other])]
    [['a', 'b']]
    """
    found: dict[tuple[object, ...], Diagnostic] = {}
    for one in diagnostics:
        key = (one.code, one.message, one.place, one.help, one.acknowledged)
        before = found.get(key)
        if before is not None:
            related = dict.fromkeys((*before.related, *one.related))
            one = replace(before, related=tuple(related))
        found[key] = one
    return list(found.values())


def is_selected(code: str, select: Iterable[str], ignore: Iterable[str]) -> bool:
    """Return whether *code* is chosen by prefixes of codes: the longest that fits decides.

    Without *select*, every code is chosen that *ignore* does not name.

    Examples
    --------
    >>> is_selected("HK203", ["HK2"], []), is_selected("HK103", ["HK2"], [])
    (True, False)
    >>> is_selected("HK203", ["HK203"], ["HK2"]), is_selected("HK204", [], ["HK2"])
    (True, False)
    """
    select = list(select)
    chosen = max((len(p) for p in select if code.startswith(p)), default=-1 if select else 0)
    refused = max((len(p) for p in ignore if code.startswith(p)), default=-1)
    return chosen > refused
