"""What a misspelt name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

FARTHEST = 2


class Spelling:
    """Finds the known IRI that a misspelt one stands for.

    Examples
    --------
    >>> spelling = Spelling(["e:committee/xa", "e:o#heldBy", "e:person/anna"])
    >>> spelling.closest("e:o#heldby"), spelling.closest("e:person/anan")
    ('e:o#heldBy', 'e:person/anna')
    >>> spelling.closest("e:persons/anna"), spelling.closest("e:person/xyz")
    ('e:person/anna', None)
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._by_namespace: dict[str, list[str]] = {}
        self._by_local: dict[str, list[str]] = {}
        self._answers: dict[str, str | None] = {}
        for iri in known:
            namespace, local = _parts(iri)
            self._by_namespace.setdefault(namespace, []).append(local)
            self._by_local.setdefault(local, []).append(namespace)

    def is_unknown(self, iri: str) -> bool:
        """Return whether others of its namespace are known, but not *iri*."""
        namespace, local = _parts(iri)
        is_known = namespace in self._by_local.get(local, ())
        return not is_known and namespace in self._by_namespace

    def closest(self, iri: str) -> str | None:
        """Return the one known IRI at most two slips away from *iri*, else None.

        The slip is looked for in the local name, then in the namespace.
        """
        if iri not in self._answers:
            self._answers[iri] = self._closest(iri)
        return self._answers[iri]

    def _closest(self, iri: str) -> str | None:
        namespace, local = _parts(iri)
        if local in self._by_namespace.get(namespace, ()):
            return None
        if (found := nearest(local, self._by_namespace.get(namespace, ()))) is not None:
            return namespace + found
        namespaces = self._by_local.get(local, ())
        found = nearest(namespace, namespaces) or (namespaces[0] if len(namespaces) == 1 else None)
        return found + local if found is not None else None


def _parts(iri: str) -> tuple[str, str]:
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:cut], iri[cut:]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the only one of *known* with the fewest slips from *word*, two at most.

    A word of three letters may have one slip, a shorter one none.

    Examples
    --------
    >>> nearest("comittee", ["committee", "country"]), nearest("az", ["at", "au"])
    ('committee', None)
    """
    farthest = min(FARTHEST, max(0, len(word) - 1) // 2)
    best, found = farthest + 1, []
    for candidate in known:
        slips = _slips(word, candidate, farthest) if candidate != word else best + 1
        if slips < best:
            best, found = slips, [candidate]
        elif slips == best <= farthest:
            found.append(candidate)
    return found[0] if len(found) == 1 else None


def _slips(one: str, other: str, farthest: int) -> int:
    """Return the letters to add, drop, change or swap (optimal string alignment)."""
    if abs(len(one) - len(other)) > farthest:
        return farthest + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, second in enumerate(other, start=1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != second))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == second:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > farthest:
            return farthest + 1
    return row[-1]
