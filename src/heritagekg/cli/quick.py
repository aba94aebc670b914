"""`heritagekg query NAME` without click, whose import would take half of the time.

Only the plainest form goes this way: a named query with parameters, written as CSV, TSV, JSON or
XML to something that is no terminal. Everything else, mistakes too, is left to the group.
"""

from __future__ import annotations

import sys

_FORMATS = ("csv", "tsv", "json", "xml")


def answer(arguments: list[str]) -> bool:
    """Write the answer and return True where *arguments* are of that form, else return False."""
    asked = _parse(arguments)
    if asked is None or sys.stdout.isatty():
        return False
    from heritagekg.cli import Session
    from heritagekg.cli.output import deliver, render

    name, parameters, form = asked
    deliver(render(Session().graph().run(name, timeout=None, **parameters), form, None), None)
    return True


def _parse(arguments: list[str]) -> tuple[str, dict[str, str], str | None] | None:
    if len(arguments) < 2 or arguments[0] != "query" or arguments[1].startswith("-"):
        return None
    name, options = arguments[1], arguments[2:]
    if name.endswith(".rq") or len(options) % 2:
        return None
    parameters: dict[str, str] = {}
    form = None
    for option, value in zip(options[::2], options[1::2], strict=True):
        key, equals, text = value.partition("=")
        if option == "-p" and key and equals:
            parameters[key] = text
        elif option == "-f" and value in _FORMATS:
            form = value
        else:
            return None
    return name, parameters, form
