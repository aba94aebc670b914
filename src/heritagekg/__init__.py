"""heritagekg: a knowledge graph of the museum world, and the tools to ask, check and study it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heritagekg.engine.results import Quads, Table
    from heritagekg.errors import HeritageKGError
    from heritagekg.graph import KnowledgeGraph
    from heritagekg.graph import open_graph as open
    from heritagekg.validation.validate import validate

__all__ = ["HeritageKGError", "KnowledgeGraph", "Quads", "Table", "open", "validate"]

# Public name -> module and name there; imported when first used, so that commands start fast.
_HOMES = {
    "HeritageKGError": ("heritagekg.errors", "HeritageKGError"),
    "KnowledgeGraph": ("heritagekg.graph", "KnowledgeGraph"),
    "Quads": ("heritagekg.engine.results", "Quads"),
    "Table": ("heritagekg.engine.results", "Table"),
    "validate": ("heritagekg.validation.validate", "validate"),
    "open": ("heritagekg.graph", "open_graph"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'heritagekg' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
