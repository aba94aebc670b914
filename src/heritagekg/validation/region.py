"""Where an edit can have changed the verdict: the focus nodes that look at a triple it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from heritagekg.validation.kept import Kept
from heritagekg.validation.levels import Levels, inverse, is_inverse, predicate_of
from heritagekg.validation.reads import SUBCLASS_OF, TYPE

# Of so many focus nodes a check is run as a whole: to gather what lies around them would cost more.
MANY = 1_000
_FEW = 8
_OF_CLASS = f"{TYPE} "


class Edit:
    """The triples that one of two states of some files has and the other has not.

    Parameters
    ----------
    before, after
        Name -> what is kept of a file, in either state.

    Attributes
    ----------
    is_empty
        Whether the files are the same, and none was read again.
    """

    def __init__(self, before: Mapping[str, Kept], after: Mapping[str, Kept]) -> None:
        names = before.keys() | after.keys()
        self._touched = [
            (before.get(name), after.get(name))
            for name in names
            if before.get(name) is not after.get(name)
        ]
        self.is_empty = not self._touched

    @cached_property
    def _ends(self) -> dict[str, list[tuple[bytes, bytes]]]:
        """Predicate -> subject and object of each triple that changed."""
        found: dict[str, list[tuple[bytes, bytes]]] = {}
        for before, after in self._touched:
            was, now = before.triples if before else {}, after.triples if after else {}
            for predicate in was.keys() | now.keys():
                one, other = was.get(predicate, b""), now.get(predicate, b"")
                if one != other:
                    lines = set(one.splitlines(True)) ^ set(other.splitlines(True))
                    ends = [(_subject(line), _object(line)) for line in lines]
                    found.setdefault(predicate, []).extend(ends)
        return found

    @cached_property
    def types(self) -> dict[bytes, set[bytes]]:
        """Subject -> the types, as N-Triples, that it has in one state only."""
        found: dict[bytes, set[bytes]] = {}
        for subject, kind in self._ends.get(TYPE, ()):
            found.setdefault(subject, set()).add(kind)
        return found

    @cached_property
    def _nodes(self) -> dict[str, set[bytes]]:
        """Step -> the nodes from which it leads along a triple that changed."""
        found: dict[str, set[bytes]] = {}
        for predicate, ends in self._ends.items():
            found[predicate] = {subject for subject, _ in ends}
            found[inverse(predicate)] = {value for _, value in ends}
        return found

    def nodes(self, steps: frozenset[str] | None) -> set[bytes]:
        """Return the nodes, as N-Triples, of which one of *steps* reads a changed triple."""
        chosen = [
            nodes
            for step, nodes in self._nodes.items()
            if (step in steps if steps is not None else not is_inverse(step))
        ]
        return set().union(*chosen)


class Triples:
    """The triples of files as lines of N-Triples, walked from node to node.

    Parameters
    ----------
    files
        What is kept of each file.
    """

    def __init__(self, files: Iterable[Kept]) -> None:
        self._files = list(files)
        self._texts: dict[str, bytes] = {}
        self._ending: dict[tuple[str, bytes], list[bytes]] = {}

    @cached_property
    def _parts(self) -> dict[str, list[bytes]]:
        """Predicate -> the triples with it, file by file."""
        parts: dict[str, list[bytes]] = {}
        for kept in self._files:
            for predicate, text in kept.triples.items():
                parts.setdefault(predicate, []).append(text)
        return parts

    def text(self, predicate: str) -> bytes:
        """Return the triples with *predicate*."""
        if predicate not in self._texts:
            self._texts[predicate] = b"".join(self._parts.get(predicate, ()))
        return self._texts[predicate]

    def lines(self, read: frozenset[str] | None) -> bytes:
        """Return the triples that a query `reads`, and which class is below which."""
        if read is None:
            return b"".join(text for kept in self._files for text in kept.triples.values())
        kinds = [key.removeprefix(_OF_CLASS) for key in read if key.startswith(_OF_CLASS)]
        members: Iterable[bytes] = ()
        if kinds and TYPE not in read:
            ends = tuple(f" <{kind}> .\n".encode() for kind in kinds)
            said = self.text(TYPE).splitlines(keepends=True)
            members = (line for line in said if line.endswith(ends))
        return b"".join((*map(self.text, read | {SUBCLASS_OF}), *members))

    @cached_property
    def _describing(self) -> dict[str, list[Kept]]:
        """Subject -> the files that speak of it."""
        found: dict[str, list[Kept]] = {}
        for kept in self._files:
            for subject in kept.subjects:
                found.setdefault(subject, []).append(kept)
        return found

    def affected(self, levels: Levels, edit: Edit) -> set[bytes] | None:
        """Return the focus nodes, as N-Triples, of which *levels* can give something else now.

        None where there are many. From a changed triple it is walked back as the triples are now:
        on a way to it that is no more, the first triple that is missing is a changed one, too.
        """
        found: set[bytes] = set()
        for steps in reversed(levels):
            found = self._before(found, steps) | edit.nodes(steps)
            if len(found) > MANY:
                return None
        return found

    def types(self, nodes: set[bytes], edit: Edit) -> dict[bytes, set[bytes]]:
        """Return the types, as N-Triples, that each of *nodes* has or had before *edit*."""
        found = {node: set(edit.types.get(node, ())) for node in nodes}
        for line in self._of(nodes, frozenset({TYPE})):
            found[_subject(line)].add(_object(line))
        return found

    def around(self, nodes: Iterable[bytes], levels: Levels | None) -> Iterator[bytes]:
        """Return the lines of all that *levels* read from the focus *nodes*."""
        reached = set(nodes)
        for steps in levels or ():
            ahead, back = _directed(steps)
            said, saying = list(self._of(reached, ahead)), list(self._to(reached, back))
            yield from said
            yield from saying
            reached = {_object(line) for line in said} | {_subject(line) for line in saying}

    def _before(self, nodes: set[bytes], steps: frozenset[str] | None) -> set[bytes]:
        """Return the nodes from which one of *steps* leads to one of *nodes*."""
        ahead, back = _directed(steps)
        found = {_subject(line) for line in self._to(nodes, ahead)}
        return found | {_object(line) for line in self._of(nodes, back)}

    def _to(self, nodes: set[bytes], predicates: frozenset[str] | None) -> Iterator[bytes]:
        """Return the lines with one of *predicates* whose object is one of *nodes*."""
        for predicate in self._parts if predicates is None else predicates:
            if len(nodes) > _FEW:
                lines = self.text(predicate).splitlines(keepends=True)
                yield from (line for line in lines if _object(line) in nodes)
                continue
            for node in nodes:
                key = predicate, node
                if key not in self._ending:
                    self._ending[key] = list(_ending(self.text(predicate), node))
                yield from self._ending[key]

    def _of(self, nodes: set[bytes], predicates: frozenset[str] | None) -> Iterator[bytes]:
        """Return the lines with one of *predicates* whose subject is one of *nodes*."""
        names = (node.decode() for node in nodes)
        terms = (name if name.startswith("_:") else name[1:-1] for name in names)
        files = {id(kept): kept for term in terms for kept in self._describing.get(term, ())}
        for kept in files.values():
            chosen = kept.triples if predicates is None else kept.triples.keys() & predicates
            for predicate in chosen:
                for line in kept.triples[predicate].splitlines(keepends=True):
                    if _subject(line) in nodes:
                        yield line


def _directed(steps: frozenset[str] | None) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Return the predicates of *steps* that lead from subject to object, and the others."""
    if steps is None:
        return None, frozenset()
    back = frozenset(step for step in steps if is_inverse(step))
    return steps - back, frozenset(map(predicate_of, back))


def _subject(line: bytes) -> bytes:
    return line[: line.index(b" ")]


def _object(line: bytes) -> bytes:
    return line.split(b" ", 2)[2][:-3]


def _ending(text: bytes, node: bytes) -> Iterator[bytes]:
    """Return the lines of *text* with the object *node*."""
    # No literal holds this: its quotes are escaped, and so are its ends of lines.
    mark = b" " + node + b" .\n"
    at = text.find(mark)
    while at >= 0:
        end = at + len(mark)
        yield text[text.rfind(b"\n", 0, at) + 1 : end]
        at = text.find(mark, end)
