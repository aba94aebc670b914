"""Rules: what a code means, why, and what is wrong and right; those about files themselves."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule: its code, the name of the fault, its severity, what it says, why, and an example.

    *origin* is the place that defines it; empty for those below.
    """

    code: str
    name: str
    severity: str
    message: str
    reason: str
    wrong: str = ""
    right: str = ""
    origin: str = ""

    @property
    def examples(self) -> tuple[tuple[str, str], ...]:
        """The wrong and the right example, each with its word."""
        return ("wrong", self.wrong), ("right", self.right)


# What SHACL cannot see, for it begins with a graph.
RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "HK001",
            "syntax-error",
            "error",
            "file is not Turtle",
            "Nothing of a file that does not parse can be used.",
            'committee:az\n    a hkg:NationalCommittee\n    skos:prefLabel "ICOM"@en ;\n.',
            'committee:az\n    a hkg:NationalCommittee ;\n    skos:prefLabel "ICOM"@en ;\n.',
        ),
        Rule(
            "HK002",
            "file-unreadable",
            "error",
            "file cannot be read",
            "A file that cannot be read is missing from the graph.",
            "a file without permission to read it, a link to nothing, a dump of 200 MB",
            "a text file of one country or body that its editor can read",
        ),
        Rule(
            "HK003",
            "merge-conflict",
            "error",
            "file holds the marker of a merge conflict",
            "Two versions stand in the file; only a person can say which is right.",
            '<<<<<<< HEAD\n    hkg:attestedIn "2022"^^xsd:gYear ;\n=======\n'
            '    hkg:attestedIn "2023"^^xsd:gYear ;\n>>>>>>> other',
            '    hkg:attestedIn "2023"^^xsd:gYear ;',
        ),
        Rule(
            "HK004",
            "encoding-other-than-utf-8",
            "error",
            "file is not UTF-8",
            "Turtle is UTF-8; read in another encoding, names come out as other names.",
            "a file that an editor saved as UTF-16 or Windows-1252",
            "the same text saved as UTF-8",
        ),
        Rule(
            "HK005",
            "byte-order-mark",
            "warning",
            "file begins with a byte order mark",
            "Many tools take the mark for a part of the first word.",
            'a file saved as "UTF-8 with BOM"',
            "the same text saved as UTF-8, as `heritagekg format` does",
        ),
        Rule(
            "HK006",
            "carriage-returns",
            "warning",
            "lines end in carriage returns",
            "An editor that changes line ends changes every line, and a review shows nothing else.",
            "lines that end in CR LF, as of Windows",
            "lines that end in LF, as `heritagekg format` writes them",
        ),
        Rule(
            "HK007",
            "tabs",
            "warning",
            "lines are indented with tabs",
            "A tab is as wide as each editor likes; four spaces are four spaces everywhere.",
            "\ta hkg:Museum ;",
            "    a hkg:Museum ;",
        ),
        Rule(
            "HK008",
            "prefix-undeclared",
            "error",
            "prefix is not declared",
            "Without its declaration a prefix stands for nothing, and the file does not parse.",
            "committee:az a hkg:NationalCommittee .",
            "@prefix committee: <https://w3id.org/heritagekg/id/committee/> .\n"
            "@prefix hkg: <https://w3id.org/heritagekg/ontology#> .\n\n"
            "committee:az a hkg:NationalCommittee .",
        ),
        Rule(
            "HK009",
            "folder-link-ignored",
            "warning",
            "link to a folder is not followed",
            "Links may run in a circle; what lies behind one is not in the graph.",
            "data/countries/more -> ..",
            "the files themselves in data/countries/",
        ),
        Rule(
            "HK010",
            "entity-defined-twice",
            "error",
            "entity is defined in two files",
            "What is typed in one file alone is corrected in one place.",
            "# data/countries/az/people.ttl\nperson:a a hkg:Person .\n"
            "# data/icom.ttl\nperson:a a hkg:Person .",
            "# data/countries/az/people.ttl\nperson:a a hkg:Person .\n"
            "# data/icom.ttl\ntenure:a-icom hkg:heldBy person:a .",
        ),
        Rule(
            "HK011",
            "header-missing",
            "error",
            "file has no header statement",
            "The header says what the file is and under which licence it stands; its IRI is the "
            "file's named graph.",
            "a file that begins with its first entity",
            "<https://w3id.org/heritagekg/data/countries/az>\n    a void:Dataset ;\n"
            '    dcterms:title "Azerbaijan"@en ;',
        ),
        Rule(
            "HK012",
            "acknowledgement-stale",
            "warning",
            "acknowledged finding is not there",
            "What was accepted has been mended, or the code or the node is misspelt; the next "
            "finding of that kind would be accepted unseen.",
            "acknowledgement:a\n    hkg:acknowledges tenure:a ;   # nothing is wrong with it\n"
            '    hkg:code "HK296" ;',
            "(the acknowledgement is taken out)",
        ),
    )
}
