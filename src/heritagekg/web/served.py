"""The store that is served: a workspace's build with the graph that describes it, and its dumps."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.engine.capped import GRAPHS as FORMATS
from heritagekg.engine.embedded import Embedded
from heritagekg.terms import PREFIXES
from heritagekg.web.catalogue import DATASET, describe_dataset

if TYPE_CHECKING:
    from heritagekg.graph import KnowledgeGraph

# Part of the name: a store with another description is never opened.
_LAYOUT = "1"


def described(kg: KnowledgeGraph) -> Embedded:
    """Return the engine over a copy of the store of *kg* that holds its description too.

    The copy lies beside the store, made once for the data and the named queries, and appears by
    one rename when it is complete.

    Raises
    ------
    WorkspaceError
        If a named query has a bad header.
    """
    engine = kg.engine
    assert isinstance(engine, Embedded) and engine.path is not None
    texts = [_LAYOUT, *(f"{name}\n{kg.queries[name].text}" for name in sorted(kg.queries))]
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    folder = engine.path.parent / f"served-{key}"
    if not (folder / "store").is_dir():
        try:
            _build(kg, engine, folder)
        except OSError:
            # Where nothing can be written, the data are served without their description.
            return engine
    return Embedded.open(folder / "store")


def _build(kg: KnowledgeGraph, engine: Embedded, folder: Path) -> None:
    assert engine.path is not None
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        shutil.copytree(engine.path, building / "store")
        store = ox.Store(str(building / "store"))
        triples = list(describe_dataset(engine, kg.queries, kg.version))
        for graph in (DATASET, ox.DefaultGraph()):
            store.bulk_extend(
                [ox.Quad(said.subject, said.predicate, said.object, graph) for said in triples]
            )
        store.flush()
        del store
        try:
            building.rename(folder)
        except OSError:
            # Another process was first.
            if not (folder / "store").is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def dump(engine: Embedded, ending: str, title: str) -> Path:
    """Return the file with all named graphs of *engine*, written where it is missing.

    Parameters
    ----------
    engine
        The engine of `described`, beside whose store the file lies.
    ending
        `trig`, `nq` or `jsonld`.
    title
        A line that says what it is, for the formats that have comments.
    """
    assert engine.path is not None
    path = engine.path.parent / f"heritagekg.{ending}"
    if path.is_file():
        return path
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    quads = (q for q in engine.store if not isinstance(q.graph_name, ox.DefaultGraph))
    with beside.open("wb") as file:
        if ending != "jsonld":
            file.write(f"# {title}\n".encode())
        prefixes = PREFIXES if ending == "trig" else None
        # A file of TriG or JSON-LD names each graph once if its quads come together.
        ordered = sorted(quads, key=lambda q: (str(q.graph_name), str(q.subject)))
        ox.serialize(ordered, file, FORMATS[ending], prefixes=prefixes)
    beside.replace(path)
    return path
