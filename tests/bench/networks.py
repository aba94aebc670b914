"""Networks of generated museums: views against the bare query, projections against a self-join.

Ratios are to the queries alone, as their files have them: written as TSV by the engine, which is
the least that can be done with an answer, and as rows of Python values, which is what `kg.query`
gives. A view asks for its nodes without ORDER BY; so ratios to the queries without it are there,
too. CPU time, the least of three rounds, so that others on the machine count less.

    python tests/bench/networks.py                  10,000 museums
    python tests/bench/networks.py 100000
    python tests/bench/networks.py 10000 --others PYTHON   also rdflib and kglab in that Python
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from museums import generated

from heritagekg.engine.bindings import restrict, unordered
from heritagekg.engine.embedded import Embedded
from heritagekg.errors import QueryError, QueryTimeout
from heritagekg.graph import KnowledgeGraph
from heritagekg.network import tables
from heritagekg.network.project import pairs_of, project
from heritagekg.network.views import open_ties, open_view

SELF_JOIN = """SELECT ?one ?two (COUNT(DISTINCT ?event) AS ?weight) WHERE {
  ?first hkg:participant ?one ; hkg:event ?event .
  ?second hkg:participant ?two ; hkg:event ?event .
  FILTER(STR(?one) < STR(?two))
} GROUP BY ?one ?two"""
PATIENCE = 60
# The same view by others: the triples of the view's statements as a graph of networkx.
OTHERS = {
    "rdflib.extras.external_graph_libs": """
import sys, time
import rdflib
from rdflib.extras.external_graph_libs import rdflib_to_networkx_multidigraph
graph = rdflib.Graph().parse(sys.argv[1], format="nt")
started = time.process_time()
made = rdflib_to_networkx_multidigraph(graph)
print(time.process_time() - started, made.number_of_nodes(), made.number_of_edges())
""",
    "kglab.SubgraphMatrix": """
import sys, time
import kglab, networkx
kg = kglab.KnowledgeGraph()
kg.load_rdf(sys.argv[1], format="nt")
query = '''PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?subject ?object WHERE { ?t hkg:heldBy ?subject ; hkg:organization ?object }'''
started = time.process_time()
made = kglab.SubgraphMatrix(kg, query).build_nx_graph(networkx.MultiDiGraph())
print(time.process_time() - started, made.number_of_nodes(), made.number_of_edges())
""",
}


def cpu_seconds(work: Callable[[], object], rounds: int = 3) -> float:
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        # Held until the clock has stopped: to let go of a million dicts takes time, too.
        made = work()
        taken.append(time.process_time() - started)
        del made
    return min(taken)


def report(what: str, seconds: float, *others: float) -> None:
    ratios = "".join(f"{seconds / other:11.2f} x" for other in others)
    print(f"  {what:44}{seconds:8.3f} s{ratios}", flush=True)


def views(kg: KnowledgeGraph) -> None:
    query, nodes = (kg.queries[f"networks/{name}"].text for name in ("tenure", "nodes"))
    view = open_view(kg, "tenure")
    print(f"tenure: {view.nodes.num_rows:,} nodes, {view.edges.num_rows:,} edges")
    iris = view.nodes["iri"].to_pylist()

    def asked(nodes: str, read: Callable[[Any], object]) -> float:
        def ask() -> None:
            read(kg.engine.select(query))
            for start in range(0, len(iris), tables.AT_ONCE):
                batch = [ox.NamedNode(iri) for iri in iris[start : start + tables.AT_ONCE]]
                read(kg.engine.select(restrict(nodes, "node", batch)))

        return cpu_seconds(ask)

    bare = asked(nodes, lambda answer: answer.serialize("tsv"))
    rows = asked(nodes, lambda answer: [tuple(row) for row in answer])
    without = asked(unordered(nodes), lambda answer: answer.serialize("tsv"))
    print(f"{'':57}{'the queries':>11}{'as rows':>13}{'without order':>14}")
    report("edges and nodes asked, as TSV", bare, bare, rows, without)
    for name, convert in (
        ("tables", lambda view: view),
        ("CSR", lambda view: view.to_csr()),
        ("networkx", lambda view: view.to_networkx()),
    ):
        taken = cpu_seconds(lambda convert=convert: convert(open_view(kg, "tenure")))  # type: ignore[misc]
        report(f"view to {name}", taken, bare, rows, without)


def projections(kg: KnowledgeGraph) -> None:
    ties = open_ties(kg, "co-participation", most_pairs=1 << 40)
    edges = ties.edges.table
    pairs = pairs_of(edges, "source")
    print(f"co-participation: {edges.num_rows:,} ties, {pairs:,} pairs")
    report("estimate", cpu_seconds(lambda: pairs_of(edges, "source")))
    for weight in ("count", "newman", "cosine"):
        taken = cpu_seconds(
            lambda weight=weight: project(edges, ties.names, "source", weight, most_pairs=1 << 40),  # type: ignore[misc]
            1,
        )
        report(f"projection by {weight}", taken)


def self_join(store: ox.Store) -> None:
    """Time the projection as SPARQL, in a process that can be stopped."""
    with tempfile.TemporaryDirectory() as folder:
        copy = ox.Store(folder)
        copy.bulk_extend(iter(store))
        copy.flush()
        del copy
        engine = Embedded.open(Path(folder))
        started = time.perf_counter()
        try:
            rows = len(engine.select(SELF_JOIN, timeout=PATIENCE))
            report(f"SPARQL self-join ({rows:,} rows)", time.perf_counter() - started)
        except QueryTimeout:
            print(f"  SPARQL self-join: no answer in {PATIENCE} s")
        except QueryError as error:
            print(f"  SPARQL self-join: {error}")


def others(store: ox.Store, python: str) -> None:
    """Time what rdflib and kglab make of the tenures, with what they lose."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tenures.nt")
        kept = store.query(
            "CONSTRUCT { ?t ?p ?o } WHERE "
            "{ ?t a <https://w3id.org/heritagekg/ontology#Tenure> ; ?p ?o }"
        )
        ox.serialize(kept, str(file), format=ox.RdfFormat.N_TRIPLES)
        for name, text in OTHERS.items():
            said = subprocess.run(
                [python, "-c", text, str(file)], capture_output=True, text=True, timeout=900
            )
            if said.returncode:
                print(f"  {name}: {said.stderr.strip().splitlines()[-1]}")
                continue
            seconds, nodes, edges = said.stdout.split()[-3:]
            print(f"  {name:44}{float(seconds):8.3f} s  {nodes} nodes, {edges} edges")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("museums", nargs="?", type=int, default=10_000)
    parser.add_argument("--others", metavar="PYTHON", help="with rdflib and kglab installed")
    given = parser.parse_args()
    store = generated(given.museums)
    kg = KnowledgeGraph(Embedded(store), None, "generated")
    print(f"{given.museums:,} museums, {len(store):,} triples")
    views(kg)
    if given.museums <= 20_000:
        projections(kg)
        self_join(store)
    if given.others:
        others(store, given.others)


if __name__ == "__main__":
    main()
