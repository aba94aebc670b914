"""Diagnostics as JUnit XML, which every continuous integration service shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from heritagekg.diagnostics.model import Diagnostic

# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(diagnostics: Iterable[Diagnostic], files: Sequence[str]) -> str:
    """Return a test suite: a case for each of *files* without an error, and one for each error.

    Warnings and notes stand in the output of the case of their file.

    Examples
    --------
    >>> text = render([Diagnostic("HK203", "error", "tenure names no source")], ["a.ttl"])
    >>> '<testsuite name="heritagekg check" tests="2" failures="1">' in text
    True
    """
    by_file: dict[str, list[Diagnostic]] = {name: [] for name in files}
    for found in diagnostics:
        by_file.setdefault(found.place.file if found.place is not None else "", []).append(found)
    cases = [case for name, there in by_file.items() for case in _cases(name, there)]
    failures = sum("<failure" in case for case in cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites tests="{len(cases)}" failures="{failures}">\n'
        f'  <testsuite name="heritagekg check" tests="{len(cases)}" failures="{failures}">\n'
        + "".join(cases)
        + "  </testsuite>\n</testsuites>\n"
    )


def _cases(name: str, found: list[Diagnostic]) -> Iterable[str]:
    errors = [one for one in found if one.severity == "error"]
    for one in errors:
        title = f"{one.code} {one.message}"
        span = one.place.span if one.place is not None else None
        line = f' line="{span.line}"' if span is not None else ""
        yield (
            f"    <testcase classname={_attribute(name)} name={_attribute(title)}"
            f" file={_attribute(name)}{line}>\n"
            f"      <failure type={_attribute(one.code)} message={_attribute(one.message)}>"
            f"{_text(_body(one))}</failure>\n    </testcase>\n"
        )
    others = [one for one in found if one.severity != "error"]
    if others or not errors:
        said = "".join(f"{_place(one)}{one.severity}[{one.code}] {one.message}\n" for one in others)
        inner = f"\n      <system-out>{_text(said)}</system-out>\n    " if others else ""
        yield (
            f'    <testcase classname={_attribute(name)} name="conforms" file={_attribute(name)}>'
            f"{inner}</testcase>\n"
        )


def _place(found: Diagnostic) -> str:
    return f"{found.place}: " if found.place is not None else ""


def _body(found: Diagnostic) -> str:
    lines = [f"{_place(found)}{found.severity}[{found.code}] {found.message}"]
    if found.help:
        lines.append(f"help: {found.help}")
    lines += [f"note: {related.message}: {related.place}" for related in found.related]
    return "\n".join([*lines, *(f"note: {note}" for note in found.notes)])


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))
