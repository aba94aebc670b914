"""What a misspelt name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

FARTHEST = 2


class Spelling:
    """Finds the known CURIE that a misspelt one stands for.

    Examples
    --------
    >>> spelling = Spelling(["country:xa", "committee:xa", "hkg:heldBy", "person:anna"])
    >>> spelling.closest("hkg:heldby"), spelling.closest("person:anan")
    ('hkg:heldBy', 'person:anna')
    >>> spelling.closest("persons:anna"), spelling.closest("person:xyz")
    ('person:anna', None)
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._by_prefix: dict[str, list[str]] = {}
        self._by_local: dict[str, list[str]] = {}
        self._answers: dict[str, str | None] = {}
        for name in known:
            prefix, _, local = name.rpartition(":")
            self._by_prefix.setdefault(prefix, []).append(local)
            self._by_local.setdefault(local, []).append(prefix)

    def __contains__(self, name: str) -> bool:
        prefix, _, local = name.rpartition(":")
        return prefix in self._by_local.get(local, ())

    def has_prefix(self, prefix: str) -> bool:
        """Return whether a known name has *prefix*."""
        return prefix in self._by_prefix

    def closest(self, name: str) -> str | None:
        """Return the one known name at most two slips away from *name*, else None.

        The slip is looked for behind the prefix, then in the prefix.
        """
        if name not in self._answers:
            self._answers[name] = self._closest(name)
        return self._answers[name]

    def _closest(self, name: str) -> str | None:
        prefix, _, local = name.rpartition(":")
        if (found := nearest(local, self._by_prefix.get(prefix, ()))) is not None:
            return f"{prefix}:{found}"
        prefixes = self._by_local.get(local, ())
        found = nearest(prefix, prefixes) or (prefixes[0] if len(prefixes) == 1 else None)
        return f"{found}:{local}" if found is not None and found != prefix else None


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
