"""Diagnostics as SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from heritagekg.diagnostics.model import Diagnostic, Edit, Place
from heritagekg.diagnostics.rules import Rule
from heritagekg.spans import Span

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(diagnostics: Iterable[Diagnostic], rules: Mapping[str, Rule], version: str) -> str:
    """Return a SARIF log with one run.

    Parameters
    ----------
    diagnostics
        Findings; those acknowledged in the data are marked as suppressed.
    rules
        The rules by code; those that the findings name are described.
    version
        The version of heritagekg.

    Examples
    --------
    >>> log = json.loads(render([Diagnostic("HK203", "error", "no source")], {}, "1.0"))
    >>> log["runs"][0]["results"][0]["ruleId"]
    'HK203'
    """
    diagnostics = list(diagnostics)
    codes = sorted({found.code for found in diagnostics})
    driver = {
        "name": "heritagekg",
        "semanticVersion": version,
        "rules": [_rule(code, rules.get(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, codes.index(found.code)) for found in diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str, rule: Rule | None) -> dict[str, object]:
    if rule is None:
        return {"id": code}
    text = "\n".join([rule.reason, *(f"{kind}:\n{t}" for kind, t in rule.examples if t)])
    described: dict[str, object] = {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.message},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
    if rule.reason:
        described["fullDescription"] = {"text": rule.reason}
    if text:
        described["help"] = {"text": text}
    return described


def _result(found: Diagnostic, index: int) -> dict[str, object]:
    said = [found.message, *([f"help: {found.help}"] if found.help else []), *found.notes]
    result: dict[str, object] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": "\n".join(said)},
    }
    if found.place is not None:
        result["locations"] = [{"physicalLocation": _location(found.place)}]
    if found.related:
        result["relatedLocations"] = [
            {"physicalLocation": _location(r.place), "message": {"text": r.message}}
            for r in found.related
        ]
    if found.edit is not None and not found.edit.is_example:
        result["fixes"] = [_fix(found.edit, found.help)]
    if found.acknowledged:
        result["suppressions"] = [{"kind": "inSource", "justification": found.acknowledged}]
    terms = {
        "focusNode": found.focus_node,
        "resultPath": found.path,
        "value": found.value,
        "sourceConstraintComponent": found.component,
        "sourceShape": found.source_shape,
    }
    if any(terms.values()):
        result["properties"] = {name: term for name, term in terms.items() if term is not None}
    return result


def _location(place: Place) -> dict[str, object]:
    location: dict[str, object] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.span is not None:
        location["region"] = _region(place.span)
    return location


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(edit: Edit, said: str) -> dict[str, object]:
    replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
    change = {"artifactLocation": {"uri": quote(edit.file)}, "replacements": [replacement]}
    return {"description": {"text": said}, "artifactChanges": [change]}
