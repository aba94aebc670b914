"""Lexical forms of XSD datatypes as regular expressions, for the well-formedness SHACL asks for."""

from __future__ import annotations

_XSD = "http://www.w3.org/2001/XMLSchema#"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEAR = r"-?([1-9][0-9]{3,}|0[0-9]{3})"
_LEAP = (
    r"-?([0-9]*([02468][048]|[13579][26])00|[0-9]*[0-9]{2}(0[48]|[2468][048]|[13579][26]))-02-29"
)
_DAY = (
    rf"(({_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    rf"|02-(0[1-9]|1[0-9]|2[0-8])))|{_LEAP})"
)
_TIME = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_FORMS = {
    "integer": r"[+-]?[0-9]+",
    "long": r"[+-]?[0-9]+",
    "int": r"[+-]?[0-9]+",
    "short": r"[+-]?[0-9]+",
    "byte": r"[+-]?[0-9]+",
    "nonNegativeInteger": r"\+?[0-9]+|-0+",
    "positiveInteger": r"\+?0*[1-9][0-9]*",
    "nonPositiveInteger": r"-[0-9]+|\+?0+",
    "negativeInteger": r"-0*[1-9][0-9]*",
    "unsignedLong": r"\+?[0-9]+|-0+",
    "unsignedInt": r"\+?[0-9]+|-0+",
    "unsignedShort": r"\+?[0-9]+|-0+",
    "unsignedByte": r"\+?[0-9]+|-0+",
    "decimal": _DECIMAL,
    "double": rf"{_DECIMAL}([eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "float": rf"{_DECIMAL}([eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "boolean": r"true|false|0|1",
    "date": _DAY + _ZONE,
    "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
    "time": _TIME + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": f"{_YEAR}-(0[1-9]|1[0-2]){_ZONE}",
}

# Datatype -> its least and greatest value; both included.
RANGES = {
    **{_XSD + name: (-(1 << n), (1 << n) - 1) for name, n in (("byte", 7), ("short", 15))},
    **{_XSD + name: (-(1 << n), (1 << n) - 1) for name, n in (("int", 31), ("long", 63))},
    **{_XSD + name: (0, (1 << n) - 1) for name, n in (("unsignedByte", 8), ("unsignedShort", 16))},
    **{_XSD + name: (0, (1 << n) - 1) for name, n in (("unsignedInt", 32), ("unsignedLong", 64))},
}


def lexical_form(datatype: str) -> str | None:
    """Return the pattern that a well-formed literal of *datatype* matches; None where any does.

    Examples
    --------
    >>> import re
    >>> date = lexical_form("http://www.w3.org/2001/XMLSchema#date")
    >>> [bool(re.search(date, day)) for day in ("2024-02-29", "2023-02-29", "2022-13-01")]
    [True, False, False]
    """
    form = _FORMS.get(datatype.removeprefix(_XSD)) if datatype.startswith(_XSD) else None
    return None if form is None else f"^({form})$"
