"""Entity tags: what does not change with the data is not sent again (RFC 9110, §8.8 and §13.1)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


def entity_tag(*parts: object) -> str:
    """Return the weak tag of a document that *parts*, such as the data's version, decide.

    Examples
    --------
    >>> entity_tag("data 1", "csv") == entity_tag("data 1", "csv") != entity_tag("data 2", "csv")
    True
    """
    asked = repr(parts).encode("utf-8", "surrogatepass")
    return f'W/"{hashlib.sha256(asked).hexdigest()[:32]}"'


def headers_of(tag: str) -> dict[str, str]:
    """Return the headers of a document that may be kept and has to be asked for again."""
    return {
        "ETag": tag,
        "Cache-Control": "public, no-cache",
        "Vary": "Accept, Accept-Encoding",
    }


def unchanged(request: Request, tag: str) -> Response | None:
    """Return the answer 304 where the client already has what *tag* marks."""
    given = request.headers.get("if-none-match", "")
    known = {part.strip().removeprefix("W/") for part in given.split(",")}
    if "*" in known or tag.removeprefix("W/") in known:
        return Response(status_code=304, headers=headers_of(tag))
    return None
