"""Run compiled shapes on an engine: the results as SHACL defines them, in a report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.engine.embedded import Embedded
from heritagekg.engine.protocol import Engine, Term
from heritagekg.validation.compile import Check, Compiled, Constraint, Dialect, compile_shapes
from heritagekg.validation.reads import SUBCLASS_OF, TYPE, read_plainly, reads
from heritagekg.validation.shapes import SH, Node, Shapes, ShapesError, is_true, rdf, sh
from heritagekg.validation.spelling import Spellings, as_written, aside, is_changed, original

if TYPE_CHECKING:
    import rdflib

    from heritagekg.validation.columns import Columns

# The named graph in which the shapes stand beside the data.
SHAPES_GRAPH = sh("shapesGraph")
_NAMES = ox.NamedNode(aside(sh("targetNode").value))


@dataclass(frozen=True, slots=True)
class Result:
    """One `sh:ValidationResult` (SHACL §3.6.2)."""

    focus_node: Term
    path: Term | None
    value: Term | None
    component: str
    source_shape: Node
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    code: str | None = None
    constraint: Node | None = None

    @property
    def rule(self) -> str:
        """The code of the shape, or else the name of the component."""
        return self.code or self.component.removeprefix(SH).removesuffix("ConstraintComponent")

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two engines' results the same one, as text; messages are left out."""
        path = self.path if isinstance(self.path, ox.NamedNode) else None
        shape = self.source_shape if isinstance(self.source_shape, ox.NamedNode) else None
        parts = (self.focus_node, path, self.value, self.component, shape, self.severity)
        return tuple(str(part) for part in parts)


@dataclass(frozen=True)
class Report:
    """A validation report: whether the data conform, and the results that say why not.

    Attributes
    ----------
    results
        The results, sorted.
    described
        The shapes that judged, or what reads them.
    fallback
        Why the reference engine was asked instead of the compiled one; empty where it was not.
    has_focus_nodes
        False where it is known that no shape has a focus node, and so nothing was judged.
    """

    results: tuple[Result, ...]
    described: Shapes | Callable[[], Shapes] = field(repr=False)
    fallback: str = ""
    has_focus_nodes: bool = True

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes that judged; read now where they were not needed to judge."""
        return self.described() if callable(self.described) else self.described

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all (SHACL §3.6.1.1)."""
        return not self.results

    def to_turtle(self) -> str:
        """Return the report as an `sh:ValidationReport` in Turtle."""
        from heritagekg.terms import PREFIXES

        quads = [ox.Triple(*triple) for triple in self._triples()]
        said = {term.value for quad in quads for term in quad if isinstance(term, ox.NamedNode)}
        namespaces = {re.split("[^/#]*$", iri, maxsplit=1)[0] for iri in said}
        used = {prefix: iri for prefix, iri in PREFIXES.items() if iri in namespaces}
        written = ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=used)
        return bytes(written or b"").decode()

    def to_rdflib(self) -> rdflib.Graph:
        """Return the report as an `sh:ValidationReport` in a new `rdflib.Graph`."""
        import rdflib

        return rdflib.Graph().parse(data=self.to_turtle(), format="turtle")

    def _triples(self) -> Iterable[tuple[Node, ox.NamedNode, Term]]:
        report = ox.BlankNode("report")
        yield report, rdf("type"), sh("ValidationReport")
        yield report, sh("conforms"), ox.Literal(self.conforms)
        for number, result in enumerate(self.results):
            node = ox.BlankNode(f"result{number}")
            yield report, sh("result"), node
            yield node, rdf("type"), sh("ValidationResult")
            yield node, sh("focusNode"), result.focus_node
            yield node, sh("resultSeverity"), result.severity
            yield node, sh("sourceConstraintComponent"), ox.NamedNode(result.component)
            yield node, sh("sourceShape"), result.source_shape
            if result.constraint is not None:
                yield node, sh("sourceConstraint"), result.constraint
            if result.value is not None:
                yield node, sh("value"), result.value
            if result.path is not None:
                yield node, sh("resultPath"), result.path
                yield from self._described(result.path)
            for message in result.messages:
                yield node, sh("resultMessage"), message

    def _described(self, node: Term) -> Iterable[tuple[Node, ox.NamedNode, Term]]:
        """Return the triples of a path that is more than one predicate."""
        if not isinstance(node, ox.BlankNode):
            return
        for quad in self.shapes.graph.quads:
            if quad.subject == node:
                value = quad.object
                assert not isinstance(value, ox.Triple)
                yield node, quad.predicate, value
                yield from self._described(value)


def validate_on(
    engine: Engine, shapes: Shapes, ontology: Iterable[ox.Quad | ox.Triple] = ()
) -> Report:
    """Return the report of *shapes* on the data of *engine*, as it spells them.

    Shapes that cannot be compiled are judged by the reference engine on a copy of the data, and
    the report says so.

    Parameters
    ----------
    engine, shapes
        What is asked, and what judges.
    ontology
        What stands beside the data and says which classes are below others.

    Raises
    ------
    ShapesError
        If the shapes are not well-formed.
    """
    said = list(ontology)
    compiled = compile_shapes(shapes, _dialect(engine, said))
    results = [result for check in compiled.checks for result in results_of(engine, check)]

    def everything() -> Iterable[ox.Quad]:
        yield from copy_of(engine)
        yield from (ox.Quad(each.subject, each.predicate, each.object) for each in said)

    return complete(results, compiled.refused, shapes, everything)


def _dialect(engine: Engine, ontology: Iterable[ox.Quad | ox.Triple]) -> Dialect:
    pairs = [*_class_pairs(engine)]
    outside = [
        (each.subject, each.object) for each in ontology if each.predicate.value == SUBCLASS_OF
    ]
    is_here = isinstance(engine, Embedded)
    return Dialect(subclasses([*pairs, *outside]), has_tree=not outside, is_here=is_here)


def copy_of(engine: Engine) -> Iterable[ox.Quad]:
    """Return every triple that *engine* holds."""
    triples = engine.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    return (ox.Quad(each.subject, each.predicate, each.object) for each in triples)


def validate_quads(quads: Callable[[], Iterable[ox.Quad]], shapes: Shapes) -> Report:
    """Return the report of *shapes* on *quads*, every literal as it is written.

    Parameters
    ----------
    quads
        Gives the data, whatever their named graphs; asked again only for the reference engine.
    shapes
        The shapes.

    Raises
    ------
    ShapesError
        If the shapes are not well-formed.
    """
    from heritagekg.validation.columns import Columns

    columns = Columns(quads())
    below = _class_tree(columns)
    compiled, results = _screened(columns, shapes, below)
    report = complete(results, compiled.refused, shapes, quads)
    if results or below is None:
        return report
    from heritagekg.validation.screen import has_focus_nodes

    return replace(report, has_focus_nodes=has_focus_nodes(columns, shapes, below))


def _class_tree(columns: Columns) -> dict[str, tuple[str, ...]] | None:
    return subclasses(
        (columns.terms[lower], columns.terms[upper])
        for lower, upper in columns.of(SUBCLASS_OF).pairs()
    )


def _screened(
    columns: Columns, shapes: Shapes, below: dict[str, tuple[str, ...]] | None
) -> tuple[Compiled, list[Result]]:
    """Return the checks of *shapes*, and their results on *columns*.

    Of checks that were screened, only the suspects are judged, in a store that holds what the
    checks read of them; the others are judged in one that holds the predicates that they read.
    """
    plain = read_plainly(shapes)
    respelled = columns.respelled(plain)
    graph = SHAPES_GRAPH if shapes.asks_for_itself else None
    compiled = compile_shapes(shapes, Dialect(below, respelled, True, graph))
    found = screened(columns, shapes, compiled.checks, below, plain, respelled)
    results = [result for some in found.values() for result in some]
    whole = [check for number, check in enumerate(compiled.checks) if number not in found]
    if whole:
        read = {
            predicate: columns.quads(predicate, values=values)
            for predicate, values in _read_by(columns, whole).items()
        }
        as_is = [quads for name, quads in read.items() if not columns.is_respelled(name)]
        others = [quads for name, quads in read.items() if columns.is_respelled(name)]
        memory = Memory.of_quads(chain(*others), shapes, plain, respelled, chain(*as_is))
        results += [result for some in memory.results(whole) for result in some]
    return compiled, results


def screened(
    columns: Columns,
    shapes: Shapes,
    checks: Sequence[Check],
    below: Mapping[str, tuple[str, ...]] | None,
    plain: frozenset[str] | None = None,
    respelled: Iterable[str] = (),
) -> dict[int, list[Result]]:
    """Return the results of those of *checks* that a screen judges, by their place among them.

    Parameters
    ----------
    columns, shapes
        The data, and what judges.
    checks
        What was compiled from the shapes.
    below
        Class -> every class below it, by IRI; None where they cannot be named.
    plain, respelled
        As for `Memory.of_quads`.
    """
    if below is None:
        return {}
    from heritagekg.validation.screen import Screen

    screen = Screen(columns, shapes, below)
    judged = {number: screen.suspects(check) for number, check in enumerate(checks)}
    found = {number: list[Result]() for number, nodes in judged.items() if nodes is not None}
    near = {number: nodes for number, nodes in judged.items() if nodes}
    if near:
        asked = [checks[number] for number in near]
        kept, changing = _around(columns, zip(asked, near.values(), strict=True))
        memory = Memory.of_quads(changing, shapes, plain, respelled, kept)
        among = [{columns.terms[node] for node in nodes} for nodes in near.values()]
        found.update(zip(near, memory.results(asked, among), strict=True))
    return found


def _around(
    columns: Columns, near: Iterable[tuple[Check, Set[int]]]
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Return what each check reads of its nodes, and which classes are below others.

    Those quads come first that a store surely keeps as they are written.
    """
    of: dict[str, set[int]] = {}
    for check, nodes in near:
        levels = check.levels or ()
        for depth, level in enumerate(levels, start=1):
            further: set[int] = set()
            for predicate in columns if level is None else level.intersection(columns):
                of.setdefault(predicate, set()).update(nodes)
                if depth < len(levels):
                    further.update(v for s, v in columns.of(predicate).pairs() if s in nodes)
            nodes = further
    as_is, changing = list(columns.quads(SUBCLASS_OF)), list[ox.Quad]()
    kinds, terms = columns.kinds, columns.terms
    for predicate, nodes in of.items():
        named = ox.NamedNode(predicate)
        for subject, value in columns.of(predicate).pairs():
            if subject in nodes:
                some = changing if is_changed(kinds[value]) else as_is
                some.append(ox.Quad(terms[subject], named, terms[value]))  # type: ignore[arg-type]
    return as_is, changing


def _read_by(columns: Columns, checks: Iterable[Check]) -> dict[str, Set[int] | None]:
    """Return the predicates that *checks* read, each with the values that matter (None: all)."""
    read: set[str] = {SUBCLASS_OF}
    for query in (query for check in checks for query in check.queries):
        named = reads(query)
        if named is None:
            read = set(columns)
            break
        read |= named
    kinds = {name.removeprefix(f"{TYPE} ") for name in read if name.startswith(f"{TYPE} ")}
    found = (columns.number(ox.NamedNode(kind)) for kind in kinds)
    numbers = {number for number in found if number is not None}
    wanted: dict[str, Set[int] | None] = {TYPE: numbers}
    return wanted | dict.fromkeys(predicate for predicate in columns if predicate in read)


class Memory:
    """Data in a store of this process, each literal as it is written.

    Parameters
    ----------
    store
        Holds the data in its default graph.
    spellings
        What a store would spell its own way.
    shapes
        The shapes, if their SPARQL reads them.
    """

    def __init__(self, store: ox.Store, spellings: Spellings, shapes: Shapes | None) -> None:
        self._store, self._spellings = store, spellings
        if shapes is not None and shapes.asks_for_itself:
            store.extend(
                ox.Quad(quad.subject, quad.predicate, quad.object, SHAPES_GRAPH)
                for quad in shapes.graph.quads
            )
        self.engine = Embedded(store)

    @classmethod
    def of_quads(
        cls,
        quads: Iterable[ox.Quad],
        shapes: Shapes | None,
        plain: frozenset[str] | None = None,
        respelled: Iterable[str] = (),
        as_is: Iterable[ox.Quad] = (),
    ) -> Memory:
        """Return a memory that holds *quads*.

        Parameters
        ----------
        quads, shapes
            The data, and what judges.
        plain
            IRIs of the predicates whose plain values are asked for; None where that may be any.
        respelled
            IRIs of those that stand aside though these quads may not need it.
        as_is
            Further data, of predicates with no literal that a store would spell its own way.
        """
        store, spellings = ox.Store(), Spellings(plain, respelled)
        store.bulk_extend(chain(as_is, spellings.noted(quads)))
        return cls(store, spellings, shapes)

    @classmethod
    def of_triples(
        cls, triples: bytes, shapes: Shapes | None, respelled: Iterable[str] = ()
    ) -> Memory:
        """Return a memory that holds N-Triples without blank nodes.

        Parameters
        ----------
        triples, shapes
            The data, and what judges.
        respelled
            IRIs of the predicates with a literal that a store would spell its own way.
        """
        store = ox.Store()
        store.bulk_load(triples, format=ox.RdfFormat.N_TRIPLES)
        return cls(store, Spellings.of_triples(triples, respelled), shapes)

    def results(
        self, checks: Sequence[Check], among: Sequence[Set[Term]] = ()
    ) -> list[list[Result]]:
        """Return the results of each check; those that see plainly run first.

        Parameters
        ----------
        checks
            What to ask.
        among
            For each check, the focus nodes that it is asked about; nothing for all.
        """
        found: dict[int, list[Result]] = {}
        tallies = _Tallies(self.engine, checks)
        for number in sorted(range(len(checks)), key=lambda n: not checks[n].sees_plainly):
            if not checks[number].sees_plainly and self._spellings.predicates:
                self._store.bulk_extend(list(self._spellings.quads(self._store)))
                self._spellings = Spellings()
            nodes = among[number] if among else None
            naming = list(_naming(checks[number]))
            self._store.extend(naming)
            found[number] = list(results_of(self.engine, checks[number], tallies, nodes))
            for quad in naming:
                self._store.remove(quad)
        return [found[number] for number in range(len(checks))]


def _naming(check: Check) -> Iterator[ox.Quad]:
    """Return triples of the nodes that *check* names, for a path without a step in its SPARQL.

    The engine finds such a path only at a node that is in a triple. A check that reads whatever
    predicate there is would see these.
    """
    if check.named and None not in map(reads, check.queries):
        for term in check.named:
            yield ox.Quad(SHAPES_GRAPH, _NAMES, as_written(term))


def complete(
    results: list[Result],
    refused: Mapping[Node, str],
    shapes: Shapes | Callable[[], Shapes],
    quads: Callable[[], Iterable[ox.Quad]],
) -> Report:
    """Return the report of *results* and what the reference engine says of the *refused* shapes."""
    fallback = ""
    if refused:
        from heritagekg.validation.reference import validate_with_pyshacl

        fallback = "; ".join(dict.fromkeys(refused.values()))
        shapes = shapes() if callable(shapes) else shapes
        results += validate_with_pyshacl(quads(), shapes, only=refused).results
    return Report(tuple(sorted(results, key=lambda result: result.key)), shapes, fallback)


def _class_pairs(engine: Engine) -> Iterable[tuple[Term | None, ...]]:
    return engine.select(f"SELECT DISTINCT ?lower ?upper {{ ?lower <{SUBCLASS_OF}> ?upper }}").terms


def subclasses(pairs: Iterable[tuple[object, ...]]) -> dict[str, tuple[str, ...]] | None:
    """Return each class with those below it, from (lower, upper) pairs.

    None where a blank node is among them: it cannot be named.
    """
    below: dict[str, list[str]] = {}
    for lower, upper in pairs:
        if not isinstance(lower, ox.NamedNode) or not isinstance(upper, ox.NamedNode):
            return None
        below.setdefault(upper.value, []).append(lower.value)
    closed = {}
    for top in below:
        seen = dict.fromkeys(below[top])
        for iri in (todo := list(seen)):
            new = [other for other in below.get(iri, ()) if other not in seen]
            seen.update(dict.fromkeys(new))
            todo += new
        closed[top] = tuple(iri for iri in seen if iri != top)
    return closed


class _Tallies:
    """How often each node is in an answer; one that several *checks* ask for is kept for the last.

    Nodes are as the engine writes them, which is cheaper than terms where there are many.
    """

    def __init__(self, engine: Engine, checks: Iterable[Check]) -> None:
        self._engine = engine
        self._wanted = Counter(
            query
            for check in checks
            if check.counts
            for query in (check.query, *(count.query for count in check.counts))
        )
        self._kept: dict[str, tuple[set[bytes], dict[bytes, int]]] = {}

    def of(self, query: str) -> tuple[set[bytes], dict[bytes, int]]:
        """Return the nodes of the answer, and how often those are there that are more than once."""
        found = self._kept.pop(query, None)
        if found is None:
            lines = self._engine.select(query).serialize("tsv").splitlines()[1:]
            nodes, often = set(lines), dict[bytes, int]()
            if len(nodes) < len(lines):
                often = {node: times for node, times in Counter(lines).items() if times > 1}
            found = nodes, often
        self._wanted[query] -= 1
        if self._wanted[query] > 0:
            self._kept[query] = found
        return found


def _miscounted(check: Check, tallies: _Tallies, among: Set[Term] | None) -> Iterator[Result]:
    focus_nodes, _ = tallies.of(check.query)
    if among is not None:
        focus_nodes = focus_nodes & {str(node).encode() for node in among}
    for constraint, count in zip(check.constraints, check.counts, strict=True):
        nodes, often = tallies.of(count.query)
        wrong: Iterable[bytes] = ()
        if count.least == 1:
            wrong = focus_nodes - nodes
        elif count.least:
            enough = {node for node, times in often.items() if times >= count.least}
            wrong = focus_nodes - enough
        elif count.most == 0:
            wrong = focus_nodes & nodes
        elif count.most is not None:
            wrong = focus_nodes & {node for node, times in often.items() if times > count.most}
        for node in wrong:
            yield _result(constraint, {"this": _subject(node.decode())})


def _subject(written: str) -> Node:
    return ox.BlankNode(written[2:]) if written.startswith("_:") else ox.NamedNode(written[1:-1])


def results_of(
    engine: Engine,
    check: Check,
    tallies: _Tallies | None = None,
    among: Set[Term] | None = None,
) -> Iterator[Result]:
    """Return the results of *check* on *engine*, for nodes *among* these if given."""
    if check.counts:
        yield from _miscounted(check, tallies or _Tallies(engine, [check]), among)
        return
    if check.focus_query is None:
        for solution in _solutions(engine, check.query, {}):
            if among is None or solution["this"] in among:
                yield from _results(check, solution)
        return
    for (focus_node,) in engine.select(check.focus_query).terms:
        assert focus_node is not None
        if among is not None and focus_node not in among:
            continue
        if isinstance(focus_node, ox.BlankNode):
            shape = check.constraints[0].source_shape
            raise ShapesError(
                f"the SPARQL constraint of {shape} uses $this where only a focus node with an IRI "
                f"can be put in, and {focus_node} has none; begin each group with $this"
            )
        for solution in _solutions(engine, check.query, {"this": focus_node}):
            solution.pop("bound_this", None)
            yield from _results(check, solution | {"this": focus_node})


def _solutions(engine: Engine, query: str, bindings: dict[str, Term]) -> Iterator[dict[str, Term]]:
    table = engine.select(query, bindings)
    for terms in table.terms:
        yield {
            name: original(term)
            for name, term in zip(table.variables, terms, strict=True)
            if term is not None
        }


def _results(check: Check, solution: Mapping[str, Term]) -> Iterator[Result]:
    if len(check.constraints) == 1:
        yield _result(check.constraints[0], solution)
        return
    for number, constraint in enumerate(check.constraints):
        if is_true(solution.get(f"c{number}")):
            yield _result(constraint, solution)


def _result(constraint: Constraint, solution: Mapping[str, Term]) -> Result:
    value = solution.get("value")
    if value is None and constraint.node is not None and constraint.path is None:
        value = solution["this"]
    return Result(
        focus_node=solution["this"],
        path=solution.get("path", constraint.path),
        value=value,
        component=constraint.component,
        source_shape=constraint.source_shape,
        severity=constraint.severity,
        messages=_messages(constraint, solution),
        code=constraint.code,
        constraint=constraint.node,
    )


def _messages(constraint: Constraint, solution: Mapping[str, Term]) -> tuple[ox.Literal, ...]:
    given = solution.get("message")
    if isinstance(given, ox.Literal):
        return (given,)
    return tuple(_filled(message, solution) for message in constraint.messages)


def _filled(message: ox.Literal, solution: Mapping[str, Term]) -> ox.Literal:
    """Return *message* with `{?name}` and `{$name}` replaced by what the solution binds."""
    text = message.value
    if "{" not in text:
        return message
    for name, term in solution.items():
        for mark in ("?", "$"):
            text = text.replace("{" + mark + name + "}", str(term.value))
    return ox.Literal(text, language=message.language) if message.language else ox.Literal(text)
