"""A check that remembers: only what changed is read, and only what it can have changed is run."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.engine.cache import home_of
from heritagekg.engine.protocol import Term
from heritagekg.errors import WorkspaceError
from heritagekg.validation import faults
from heritagekg.validation.compile import Check, Dialect, compile_shapes
from heritagekg.validation.files import Files
from heritagekg.validation.kept import EVERYTHING, Kept, keep
from heritagekg.validation.levels import Levels, predicate_of
from heritagekg.validation.reads import SUBCLASS_OF, reads
from heritagekg.validation.region import Edit, Triples
from heritagekg.validation.run import SHAPES_GRAPH, Memory, Result, screened, subclasses
from heritagekg.validation.shapes import Node, Shapes
from heritagekg.workspace import Workspace, WorkspaceFile

# A file that was written within this time before it was read may have changed in the same tick.
_TICK = 2_000_000_000
NEVER = -1
# Of so many checks, all that run as a whole are screened: to gather all data takes a while.
_MOST = 2


@dataclass(slots=True)
class Judged:
    """A check, what it reads wherever it is, the sum of that when it ran, and what it found."""

    check: Check
    anywhere: frozenset[str] | None
    inputs: int = NEVER
    results: tuple[Result, ...] = ()


@dataclass(slots=True)
class Memo:
    """What is remembered of the last check of a workspace.

    Attributes
    ----------
    code
        The version of the program; another one remembers nothing of this.
    saved
        When, in nanoseconds.
    files
        Name -> what is kept of the file.
    shapes
        Digest of the shapes, and of what else the checks were compiled for.
    checks
        The checks with their results.
    refused
        The shapes that are not compiled, with reasons.
    asks_for_itself
        Whether the shapes' SPARQL reads the shapes.
    is_new
        Whether there is anything to keep that was not kept.
    """

    code: str
    saved: int = 0
    files: dict[str, Kept] = field(default_factory=dict)
    shapes: str = ""
    checks: list[Judged] = field(default_factory=list)
    refused: Mapping[Node, str] = field(default_factory=dict)
    asks_for_itself: bool = False
    is_new: bool = True

    @property
    def results(self) -> list[Result]:
        """What all checks found."""
        return [result for one in self.checks for result in one.results]


def recall(workspace: Workspace) -> Memo:
    """Return what was remembered of *workspace*; nothing where that cannot be read."""
    code, was_enabled = _code(), gc.isenabled()
    try:
        content = _path(workspace).read_bytes()
        # Half a million objects that live on: to look for garbage among them would take as long.
        gc.disable()
        memo = pickle.loads(content)
    except Exception:  # whatever is wrong with a cache, it is no fault of the data
        return Memo(code)
    finally:
        if was_enabled:
            gc.enable()
    return memo if isinstance(memo, Memo) and memo.code == code else Memo(code)


def remember(workspace: Workspace, memo: Memo) -> None:
    """Keep *memo* for the next check; where that cannot be written, it will read all again."""
    if not memo.is_new:
        return
    with contextlib.suppress(OSError, WorkspaceError):
        path = _path(workspace)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        memo.saved, memo.is_new = time.time_ns(), False
        beside.write_bytes(pickle.dumps(memo, protocol=pickle.HIGHEST_PROTOCOL))
        beside.replace(path)


def _path(workspace: Workspace) -> Path:
    return home_of(workspace) / "check.pickle"


def _code() -> str:
    """Return what tells one version of the program from another, also while it is worked on."""
    here = Path(__file__).resolve().parents[1]
    parts = [sys.version, ox.__version__]
    for folder in ("validation", "diagnostics", "turtle"):
        for entry in sorted(os.scandir(here / folder), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                state = entry.stat()
                parts.append(f"{entry.name} {state.st_mtime_ns} {state.st_size}")
    return sha256("\n".join(parts).encode()).hexdigest()


def digest_of(files: Iterable[WorkspaceFile]) -> str:
    """Return a digest of names, times and sizes of *files*, and of content that is just written."""
    digest, now = sha256(), time.time_ns()
    for file in files:
        state = os.stat(file.location)
        digest.update(f"{file.name} {state.st_mtime_ns} {state.st_size}\n".encode())
        if state.st_mtime_ns > now - _TICK:
            digest.update(file.path.read_bytes())
    return digest.hexdigest()


def is_unchanged(file: WorkspaceFile, memo: Memo) -> bool:
    """Return whether *file* surely is as it was."""
    kept = memo.files.get(file.name)
    if kept is None:
        return False
    try:
        state = os.stat(file.location)
    except OSError:
        return False
    settled = kept.time < memo.saved - _TICK
    return settled and (state.st_mtime_ns, state.st_size) == (kept.time, kept.size)


def kept_of(file: WorkspaceFile, loaded: Files) -> Kept:
    """Return what is to be kept of *file*, which was *loaded*."""
    state = os.stat(file.location)
    quads, text = loaded.quads[file.name], loaded.texts[file.name]
    findings: list[Diagnostic] = []
    if file.name.startswith("data/"):
        findings += faults.header(file.name, file.graph, quads, text)
        findings += faults.form(file.name, file.path, text)
    return keep(quads, (state.st_mtime_ns, state.st_size), findings)


def judge(
    memo: Memo,
    files: Mapping[str, Kept],
    shapes: Callable[[], Shapes],
    key: str,
    quads: Callable[[], Iterable[ox.Quad]],
) -> list[Result]:
    """Return the results on *files* together; only what may have changed is run.

    Parameters
    ----------
    memo
        What is remembered; its files and its checks are renewed.
    files
        Name -> what is kept of each file.
    shapes
        Gives the shapes, where they are needed.
    key
        Digest of the shapes' files.
    quads
        Gives what all files say.
    """
    edit = Edit(memo.files, files)
    if edit.is_empty and memo.shapes.startswith(f"{key} "):
        return memo.results
    memo.files, memo.is_new = dict(files), True
    triples = Triples(files.values())
    sums = _sums(files.values())
    respelled = frozenset(predicate for kept in files.values() for predicate in kept.respelled)
    tree = str(sums.get(SUBCLASS_OF, 0))
    wanted = " ".join((key, tree, *sorted(respelled)))
    if memo.shapes != wanted:
        _compile(memo, shapes(), _dialect(triples, respelled), memo.shapes.split()[1:2] == [tree])
        memo.shapes = wanted
    whole, partly = _stale(memo.checks, sums, triples, edit)
    asked = shapes() if memo.asks_for_itself else None
    judged = dict[int, list[Result]]()
    if len(whole) > len(memo.checks) // _MOST:
        from heritagekg.validation.columns import Columns

        below, checks = _dialect(triples, respelled).subclasses, [one.check for one in whole]
        judged = screened(Columns(quads()), shapes(), checks, below, None, respelled)
    rest = [number for number in range(len(whole)) if number not in judged]
    if rest:
        read = _union(_reads(whole[number]) for number in rest)
        memory = _memory(triples.lines(read), respelled, asked)
        results = memory.results([whole[number].check for number in rest])
        judged.update(zip(rest, results, strict=True))
    for number, one in enumerate(whole):
        one.results, one.inputs = tuple(judged[number]), _inputs(one, sums)
    # What a store holds is judged, too; so those that look at the same share one.
    together: dict[tuple[frozenset[str] | None, frozenset[bytes]], list[Judged]] = {}
    for one, nodes in partly:
        together.setdefault((one.anywhere, frozenset(nodes)), []).append(one)
    for (anywhere, focus_nodes), near in together.items():
        lines = {line for one in near for line in triples.around(focus_nodes, one.check.levels)}
        memory = _memory(b"".join(lines) + triples.lines(anywhere), respelled, asked)
        results = memory.results([one.check for one in near])
        for one, found in zip(near, results, strict=True):
            others = (r for r in one.results if _written(r.focus_node) not in focus_nodes)
            again = (r for r in found if _written(r.focus_node) in focus_nodes)
            one.results = (*others, *again)
    return memo.results


def _dialect(triples: Triples, respelled: frozenset[str]) -> Dialect:
    said = ox.parse(triples.text(SUBCLASS_OF), format=ox.RdfFormat.N_TRIPLES)
    below = subclasses((quad.subject, quad.object) for quad in said)
    return Dialect(below, respelled, is_exact=True)


def _compile(memo: Memo, shapes: Shapes, dialect: Dialect, is_same_tree: bool) -> None:
    """Renew the checks of *memo*; one that asks the same as before keeps its results."""
    asks_for_itself = shapes.asks_for_itself
    graph = SHAPES_GRAPH if asks_for_itself else None
    compiled = compile_shapes(shapes, replace(dialect, shapes_graph=graph))
    is_known = is_same_tree and not asks_for_itself and not memo.asks_for_itself
    known = {one.check: one for one in memo.checks} if is_known else {}
    memo.checks = [known.get(check) or Judged(check, _anywhere(check)) for check in compiled.checks]
    memo.refused, memo.asks_for_itself = compiled.refused, asks_for_itself


def _sums(files: Iterable[Kept]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for kept in files:
        for name, number in kept.sums.items():
            sums[name] = sums.get(name, 0) + number
    return sums


def _anywhere(check: Check) -> frozenset[str] | None:
    """Return what *check* reads wherever it is, not step by step; None for everything."""
    if check.levels is not None:
        return check.anywhere
    return _union(map(reads, check.queries))


def _reads(one: Judged) -> frozenset[str] | None:
    """Return all that a check reads; None for everything."""
    levels = _union(one.check.levels or ())
    if levels is None or one.anywhere is None:
        return None
    return one.anywhere.union(map(predicate_of, levels))


def _union(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    known = list(parts)
    if None in known:
        return None
    return frozenset().union(*(part for part in known if part is not None))


def _stale(
    checks: list[Judged], sums: Mapping[str, int], triples: Triples, edit: Edit
) -> tuple[list[Judged], list[tuple[Judged, set[bytes]]]]:
    """Return the checks to run as a whole, and those to run on some focus nodes, with these."""
    whole: list[Judged] = []
    near: list[tuple[Judged, set[bytes]]] = []
    affected: dict[Levels, set[bytes] | None] = {}
    for one in checks:
        levels = one.check.levels
        if one.inputs != _inputs(one, sums):
            whole.append(one)
        elif levels is not None:
            if levels not in affected:
                affected[levels] = triples.affected(levels, edit)
            nodes = affected[levels]
            if nodes is None:
                whole.append(one)
            elif nodes:
                near.append((one, nodes))
    types = triples.types(set().union(*(nodes for _, nodes in near)), edit)
    partly = ((one, _of_kinds(one.check.kinds, nodes, types)) for one, nodes in near)
    return whole, [(one, nodes) for one, nodes in partly if nodes]


def _of_kinds(
    kinds: frozenset[str] | None, nodes: set[bytes], types: Mapping[bytes, set[bytes]]
) -> set[bytes]:
    """Return those of *nodes* with a type among *kinds*."""
    if kinds is None:
        return nodes
    written = {f"<{kind}>".encode() for kind in kinds}
    return {node for node in nodes if not written.isdisjoint(types[node])}


def _inputs(one: Judged, sums: Mapping[str, int]) -> int:
    """Return one number for all that a check reads wherever it is."""
    if one.anywhere is None:
        return sums.get(EVERYTHING, 0)
    text = " ".join(f"{key} {sums.get(key, 0)}" for key in sorted(one.anywhere))
    return int.from_bytes(sha256(text.encode()).digest()[:16])


def _memory(triples: bytes, respelled: frozenset[str], shapes: Shapes | None) -> Memory:
    if b"_:" in triples:
        # A store names the blank nodes of a text anew, and the results would not speak of ours.
        quads = ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
        return Memory.of_quads(quads, shapes, respelled=respelled)
    return Memory.of_triples(triples, shapes, respelled)


def _written(term: Term) -> bytes:
    return str(term).encode()
