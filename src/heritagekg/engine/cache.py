"""The stored form of a workspace: built once, found again by the hash of what it was built from."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import pyoxigraph as ox

from heritagekg.engine.embedded import Embedded
from heritagekg.errors import WorkspaceError
from heritagekg.workspace import GRAPHS, Workspace, WorkspaceFile, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Name of a file -> modification time (ns), size, SHA-256.
Manifest: TypeAlias = "dict[str, tuple[int, int, str]]"

# Part of the hash: a store that another layout, derivation or pyoxigraph built is never opened.
_LAYOUT = f"1 pyoxigraph {ox.__version__}"
_INHERITED = ox.NamedNode(GRAPHS + "derived/inherited-time")
_LOADED = ("ontology", "alignments", "data")
_KEPT_DAYS = 1


def open_stored(workspace: Workspace, progress: Callable[[str], None] | None = None) -> Embedded:
    """Return the engine over *workspace*, building its store first where it has changed.

    Raises
    ------
    FileSyntaxError, WorkspaceError
        If a file cannot be read, or the cache folder cannot be written.
    """
    folder = stored(workspace, progress)
    try:
        return Embedded.open(folder / "store")
    except (OSError, RuntimeError):
        # A damaged store is only a cache: build it again.
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        return Embedded.open(stored(workspace, progress) / "store")


def stored(workspace: Workspace, progress: Callable[[str], None] | None = None) -> Path:
    """Return the folder of the built workspace; its name is the version of the data.

    The folder holds `store/` (to be opened read-only) and `manifest.json`. It appears by one
    rename when it is complete, so that a crash leaves nothing half-built in use, and whichever
    of two processes comes second takes what the first has built.
    """
    home = home_of(workspace)
    files = _files(workspace)
    known, named = _read_index(home / "files.json")
    manifest = _manifest(files, known)
    folder = home / (named if manifest == known else _version(manifest))
    if (folder / "manifest.json").is_file():
        # The time tells `_prune` that this build is still opened.
        with contextlib.suppress(OSError):
            os.utime(folder)
    else:
        _build(home, folder, files, manifest, progress or _silent)
    if manifest != known:
        _write_json(home / "files.json", {"version": folder.name, "files": manifest})
    return folder


def _files(workspace: Workspace) -> tuple[WorkspaceFile, ...]:
    return tuple(file for section in _LOADED for file in workspace.files(section))


def home_of(workspace: Workspace) -> Path:
    """Return the cache folder of this workspace, made where it is missing."""
    # Two workspaces that share a folder by chance only forget each other's file times.
    root = cache_folder()
    home = root / f"{workspace.root.name}-{crc32(str(workspace.root).encode()):08x}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        return home
    except OSError as error:
        raise WorkspaceError(
            f"cannot use {str(root)!r} as cache: {error.strerror}; "
            "set HERITAGEKG_CACHE to a folder that can be written"
        ) from None


def _manifest(files: tuple[WorkspaceFile, ...], known: Manifest) -> Manifest:
    """Return time, size and hash of each file; a file that looks as it did is not read again."""
    manifest: Manifest = {}
    for file in files:
        try:
            state = os.stat(file.location)
            before = known.get(file.name)
            if before is None or (before[0], before[1]) != (state.st_mtime_ns, state.st_size):
                manifest[file.name] = (state.st_mtime_ns, state.st_size, _hash(file.path))
            else:
                manifest[file.name] = before
        except OSError as error:
            raise WorkspaceError(f"cannot read {file.name!r}: {error.strerror}") from None
    return manifest


def _hash(path: Path) -> str:
    # Imported here: where nothing has changed, nothing is hashed.
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def _version(manifest: Manifest) -> str:
    from hashlib import sha256

    parts = [_LAYOUT, *(f"{name} {entry[2]}" for name, entry in sorted(manifest.items()))]
    return sha256("\n".join(parts).encode()).hexdigest()[:20]


def _read_index(path: Path) -> tuple[Manifest, str]:
    """Return the files as they were at the last opening, and the version that they made."""
    try:
        index = json.loads(path.read_bytes())
        return _as_manifest(index["files"]), str(index["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, ""


def _read_manifest(path: Path) -> Manifest:
    try:
        return _as_manifest(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _as_manifest(entries: dict[str, list[Any]]) -> Manifest:
    return {name: (time, size, digest) for name, (time, size, digest) in entries.items()}


def _write_json(path: Path, content: object) -> None:
    """Write *content* so that a reader sees the old file or the new one, never a part."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(content), encoding="utf-8")
    beside.replace(path)


def _silent(_: str) -> None:
    """Tell nobody."""


def _build(
    home: Path,
    folder: Path,
    files: tuple[WorkspaceFile, ...],
    manifest: Manifest,
    progress: Callable[[str], None],
) -> None:
    import shutil
    import tempfile

    _prune(home)
    try:
        building = Path(tempfile.mkdtemp(prefix="building-", dir=home))
    except OSError as error:
        raise WorkspaceError(
            f"cannot write the cache {str(home)!r}: {error.strerror}; "
            "set HERITAGEKG_CACHE to a folder that can be written"
        ) from None
    try:
        earlier = _copy_earlier(home, building, manifest)
        changed = [file for file in files if earlier.get(file.name) != manifest[file.name][2]]
        gone = [GRAPHS + name.removesuffix(".ttl") for name in set(earlier) - set(manifest)]
        _fill(building / "store", files, changed, gone, progress)
        _write_json(building / "manifest.json", manifest)
        try:
            building.rename(folder)
        except OSError:
            # Another process was first, or left a folder without its manifest behind.
            if not (folder / "manifest.json").is_file():
                shutil.rmtree(folder, ignore_errors=True)
                building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _copy_earlier(home: Path, building: Path, manifest: Manifest) -> dict[str, str]:
    """Copy the newest earlier build that this one can grow from; return its files' hashes.

    A build with another ontology, alignment or layout is no start: what was derived differs.
    """
    import shutil

    builds = sorted(home.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    for path in reversed(builds):
        earlier = _read_manifest(path)
        schema = {n: e[2] for n, e in earlier.items() if n.startswith("ontology/")}
        wanted = {n: e[2] for n, e in manifest.items() if n.startswith("ontology/")}
        if schema == wanted and _version(earlier) == path.parent.name:
            try:
                shutil.copytree(path.parent / "store", building / "store")
            except (OSError, shutil.Error):
                shutil.rmtree(building / "store", ignore_errors=True)
                return {}
            return {name: entry[2] for name, entry in earlier.items()}
    return {}


def _fill(
    folder: Path,
    files: tuple[WorkspaceFile, ...],
    changed: list[WorkspaceFile],
    gone: list[str],
    progress: Callable[[str], None],
) -> None:
    from heritagekg.dataset import INHERITED_TIME, Schema, derive, read_quads

    vocabulary = [file for file in files if file.name.startswith("ontology/")]
    schema = Schema(quad for file in vocabulary for quad in read_quads(file))
    # Read before the store is opened, so that a mistake leaves nothing to clean up; and loaded at
    # once, since each load costs a file of the store and the time to write it.
    loaded: list[ox.Quad] = []
    for file in changed:
        progress(file.name)
        quads = read_quads(file)
        loaded += quads
        graph = _derived_graph(file.graph)
        loaded += [
            ox.Quad(triple.subject, triple.predicate, triple.object, graph)
            for triple in derive(quads, schema)
        ]
    store = ox.Store(str(folder))
    stale = [file.graph for file in changed] + gone
    _remove_graphs(store, [_INHERITED, *map(ox.NamedNode, stale), *map(_derived_graph, stale)])
    _add(store, loaded)
    for query in INHERITED_TIME:
        triples = store.query(query)
        assert isinstance(triples, ox.QueryTriples)
        _add(store, [ox.Quad(t.subject, t.predicate, t.object, _INHERITED) for t in triples])
    store.flush()


def _derived_graph(graph: str) -> ox.NamedNode:
    """Return the name of the graph for what the build derives from *graph*."""
    from heritagekg.dataset import DERIVED

    return ox.NamedNode(DERIVED + graph.removeprefix(GRAPHS))


def _add(store: ox.Store, quads: list[ox.Quad]) -> None:
    """Add *quads* to their graphs and to the default graph."""
    store.bulk_extend(quads)
    store.bulk_extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads])


def _remove_graphs(store: ox.Store, graphs: Iterable[ox.NamedNode]) -> None:
    """Remove *graphs*, and from the default graph whatever no other graph says."""
    for graph in graphs:
        quads = list(store.quads_for_pattern(None, None, None, graph))
        store.remove_graph(graph)
        for quad in quads:
            elsewhere = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            if all(isinstance(other.graph_name, ox.DefaultGraph) for other in elsewhere):
                store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))


def _prune(home: Path) -> None:
    """Remove builds that nobody has opened for a day, and what a crash left behind."""
    import shutil
    import time

    old = time.time() - _KEPT_DAYS * 86400
    for folder in home.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)
