"""The rules about files themselves: what SHACL cannot see because it begins with a graph."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule: its code, the name of the fault, its severity, what it says and why."""

    code: str
    name: str
    severity: str
    message: str
    reason: str


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "HK001",
            "syntax-error",
            "error",
            "file is not Turtle",
            "Nothing of a file that does not parse can be used.",
        ),
        Rule(
            "HK002",
            "file-unreadable",
            "error",
            "file cannot be read",
            "A file that cannot be read is missing from the graph.",
        ),
        Rule(
            "HK003",
            "merge-conflict",
            "error",
            "file holds the marker of a merge conflict",
            "Two versions stand in the file; only a person can say which is right.",
        ),
        Rule(
            "HK010",
            "entity-defined-twice",
            "error",
            "entity is defined in two files",
            "What is typed in one file alone is corrected in one place.",
        ),
        Rule(
            "HK011",
            "header-missing",
            "error",
            "file has no header statement",
            "The header says what the file is and under which licence it stands; its IRI is the "
            "file's named graph.",
        ),
    )
}
