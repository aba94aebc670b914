"""The tokens of Turtle 1.1 (section 6.5 of the Recommendation), each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

_LETTER = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
# What a name may go on with, for a set of characters in a regular expression.
CHARACTERS = _LETTER + r"_0-9\u00B7\u0300-\u036F\u203F\u2040\-"
_PERCENT = r"%[0-9A-Fa-f]{2}"
_ESCAPED = rf"{_PERCENT}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# Most names are like `kind:a-name`; tried first, this halves the time.
_PLAIN = r"[A-Za-z][A-Za-z0-9_\-]*+:[A-Za-z0-9_][A-Za-z0-9_\-]*+(?=[\x20\t\r\n])"
_TOKEN = rf"""
    [\x20\t\r\n]*+(?:
      (?P<name>{_PLAIN}|(?:[{_LETTER}](?:[{CHARACTERS}.]*[{CHARACTERS}])?)?:
        (?:(?:[{_LETTER}_0-9:]|{_ESCAPED})
        (?:(?:[{CHARACTERS}.:]|{_ESCAPED})*(?:[{CHARACTERS}:]|{_ESCAPED}))?)?)
    | (?P<string>\"{{3}}(?:(?:"|"")?(?:[^"\\]|\\.))*\"{{3}}|'{{3}}(?:(?:'|'')?(?:[^'\\]|\\.))*'{{3}}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
    | (?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+
        |[0-9]+))
    | (?P<mark>\^\^|[.;,\[\]()])
    | (?P<blank>_:[{_LETTER}_0-9](?:[{CHARACTERS}.]*[{CHARACTERS}])?)
    | (?P<word>[A-Za-z]+)
    | (?P<at>@[A-Za-z]++(?:-[A-Za-z0-9]++)*(?!-))
    | (?P<comment>\#[^\r\n]*)
    | (?P<newer><<|\{{\||@version|@[A-Za-z0-9\-]+|.)
    )
    """
_LOCAL = (
    rf"(?:[{_LETTER}_0-9:]|{_PERCENT})"
    rf"(?:(?:[{CHARACTERS}.:]|{_PERCENT})*(?:[{CHARACTERS}:]|{_PERCENT}))?"
)

# Its kind (a group of the pattern), its text, the offset of its first character.
Token: TypeAlias = tuple[str, str, int]


@cache
def _pattern() -> re.Pattern[str]:
    """Return the compiled pattern; to compile it takes longer than to check a clean workspace."""
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


@cache
def _local() -> re.Pattern[str]:
    return re.compile(_LOCAL)


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Return the tokens of *text*, comments too; a kind `newer` begins where Turtle 1.1 ends.

    The text is one that a strict parser accepts: mistakes are not looked for. Only the stretch from
    offset *start* to *end* is looked at, which no token or space may reach beyond.

    Examples
    --------
    >>> list(tokens("<a:b> # c"))
    [('iri', '<a:b>', 0), ('comment', '# c', 6)]
    """
    if end is None:
        end = len(text.rstrip(" \t\r\n"))
    for match in _pattern().finditer(text, start, end):
        kind = match.lastgroup or ""
        found = match[kind]
        yield kind, found, match.end() - len(found)


def is_local_name(name: str) -> bool:
    """Return whether *name* can follow a prefix as it is, with no backslash.

    Examples
    --------
    >>> is_local_name("az-national-carpet"), is_local_name("a/b"), is_local_name("a.")
    (True, False, False)
    """
    return _local().fullmatch(name) is not None
