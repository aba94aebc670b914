"""The vocabulary, its alignments and its shapes are complete and agree with one another."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, Namespace, URIRef

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = ROOT / "ontology"
HKG = Namespace("https://w3id.org/heritagekg/ontology#")
HKS = Namespace("https://w3id.org/heritagekg/shapes#")
HEADER = URIRef("https://w3id.org/heritagekg/ontology")
ALIGNMENTS = sorted((ONTOLOGY / "alignments").glob("*.ttl"))
SHAPES = sorted((ONTOLOGY / "shapes").glob("*.ttl"))
CASES = sorted((ROOT / "tests" / "validation" / "cases").glob("*.md"))
TERM_KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
# parameters of SHACL constraint components; those that only qualify another one are left out
CONSTRAINTS = {
    SH[name]
    for name in [
        "and",
        "class",
        "closed",
        "datatype",
        "disjoint",
        "equals",
        "hasValue",
        "in",
        "languageIn",
        "lessThan",
        "lessThanOrEquals",
        "maxCount",
        "maxExclusive",
        "maxInclusive",
        "maxLength",
        "minCount",
        "minExclusive",
        "minInclusive",
        "minLength",
        "node",
        "nodeKind",
        "not",
        "or",
        "pattern",
        "qualifiedValueShape",
        "sparql",
        "uniqueLang",
        "xone",
    ]
}
FIXED_CLASSES = [
    "AffiliatedOrganization",
    "AttributedStatement",
    "Campaign",
    "Country",
    "Document",
    "Event",
    "GeneralConference",
    "InternationalCommittee",
    "Membership",
    "Museum",
    "NamePeriod",
    "NationalCommittee",
    "Observation",
    "Organization",
    "Participation",
    "Partnership",
    "Person",
    "Place",
    "Project",
    "RegionalAlliance",
    "Tenure",
]
FIXED_PROPERTIES = [
    "asOf",
    "attestedIn",
    "capacity",
    "country",
    "endDate",
    "event",
    "foundedIn",
    "heldBy",
    "locatedIn",
    "measure",
    "member",
    "number",
    "organization",
    "participant",
    "partner",
    "qualifier",
    "role",
    "startDate",
    "subject",
    "theme",
    "validFrom",
    "validUntil",
    "value",
]


@cache
def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def vocabulary() -> Graph:
    return read(ONTOLOGY / "heritagekg.ttl", ONTOLOGY / "concepts.ttl")


def shapes() -> Graph:
    return read(*SHAPES, ONTOLOGY / "prefixes.ttl")


def terms(*kinds: URIRef) -> set[URIRef]:
    return {
        term
        for kind in kinds or TERM_KINDS
        for term in vocabulary().subjects(RDF.type, kind)
        if isinstance(term, URIRef)
    }


def applied_shapes() -> set[URIRef]:
    """Shapes that report in their own name: those with a target, and their property shapes."""
    graph = shapes()
    targeted = {
        shape
        for path in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
        for shape in graph.subjects(path)
    }
    applied = targeted | {part for shape in targeted for part in graph.objects(shape, SH.property)}
    return {shape for shape in applied if isinstance(shape, URIRef)}


def constraints() -> dict[URIRef, list[URIRef]]:
    graph = shapes()
    found = {
        shape: [parameter for parameter in CONSTRAINTS if (shape, parameter, None) in graph]
        for shape in applied_shapes()
    }
    return {shape: parameters for shape, parameters in found.items() if parameters}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_vocabulary_conforms_to_its_own_shapes() -> None:
    of_vocabulary = read(
        ONTOLOGY / "shapes" / "ontology.ttl",
        ONTOLOGY / "shapes" / "values.ttl",
        ONTOLOGY / "prefixes.ttl",
    )
    conforms, _, text = validate(vocabulary(), shacl_graph=of_vocabulary, inference="none")
    assert conforms, text


@pytest.mark.parametrize("name", FIXED_CLASSES)
def test_fixed_classes_exist(name: str) -> None:
    assert HKG[name] in terms(OWL.Class)


@pytest.mark.parametrize("name", FIXED_PROPERTIES)
def test_fixed_properties_exist(name: str) -> None:
    assert HKG[name] in terms(OWL.ObjectProperty, OWL.DatatypeProperty)


def test_header_names_version_licence_and_prefix() -> None:
    graph = vocabulary()
    version = graph.value(HEADER, OWL.versionInfo)
    assert graph.value(HEADER, OWL.versionIRI) == URIRef(f"{HEADER}/{version}")
    properties = {str(predicate) for predicate in graph.predicates(HEADER)}
    for name in ("title", "description", "creator", "license"):
        assert f"http://purl.org/dc/terms/{name}" in properties
    for name in ("preferredNamespacePrefix", "preferredNamespaceUri"):
        assert f"http://purl.org/vocab/vann/{name}" in properties


def test_definitions_do_not_use_the_term_they_define() -> None:
    graph = vocabulary()
    for term in terms():
        definition = str(graph.value(term, SKOS.definition)).lower()
        for label in graph.objects(term, RDFS.label):
            if isinstance(label, Literal) and label.language == "en":
                circular = re.search(rf"\b{re.escape(label.lower())}s?\b", definition)
                assert not circular, f"{term}: {definition}"


def test_terms_point_only_to_terms_that_exist() -> None:
    graph = vocabulary()
    known = terms()
    for path in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith):
        for target in graph.objects(None, path):
            assert target in known or not str(target).startswith(HKG), target


def test_disjointness_is_stated_at_the_top_only() -> None:
    graph = vocabulary()
    for one, other in graph.subject_objects(OWL.disjointWith):
        assert (one, RDFS.subClassOf, None) not in graph
        assert (other, RDFS.subClassOf, None) not in graph


def test_vocabulary_has_no_blank_nodes() -> None:
    assert not [node for node in vocabulary().all_nodes() if isinstance(node, BNode)]


def test_concept_labels_are_unique_in_their_scheme() -> None:
    graph = vocabulary()
    seen: dict[tuple[object, object], object] = {}
    for concept, scheme in graph.subject_objects(SKOS.inScheme):
        for label in graph.objects(concept, SKOS.prefLabel):
            if isinstance(label, Literal) and label.language == "en":
                assert seen.setdefault((scheme, label), concept) == concept, label


def test_broader_concepts_are_of_the_same_scheme() -> None:
    graph = vocabulary()
    for concept, broader in graph.subject_objects(SKOS.broader):
        schemes = graph.value(concept, SKOS.inScheme), graph.value(broader, SKOS.inScheme)
        assert schemes[0] == schemes[1], concept


def test_prefixes_are_declared_once() -> None:
    graph = read(ONTOLOGY / "prefixes.ttl")
    declarations = list(graph.objects(HEADER, SH.declare))
    prefixes = [str(graph.value(node, SH.prefix)) for node in declarations]
    namespaces = [str(graph.value(node, SH.namespace)) for node in declarations]
    assert len(set(prefixes)) == len(prefixes)
    assert len(set(namespaces)) == len(namespaces)
    assert dict(zip(prefixes, namespaces, strict=True))["hkg"] == str(HKG)


@pytest.mark.parametrize(
    "path",
    [ONTOLOGY / "heritagekg.ttl", ONTOLOGY / "concepts.ttl", *ALIGNMENTS, *SHAPES],
    ids=lambda path: path.stem,
)
def test_files_use_declared_prefixes_in_order(path: Path) -> None:
    graph = read(ONTOLOGY / "prefixes.ttl")
    declared = {
        str(graph.value(node, SH.prefix)): str(graph.value(node, SH.namespace))
        for node in graph.objects(HEADER, SH.declare)
    }
    used = re.findall(r"^@prefix ([a-z-]+): <(.+)> \.$", path.read_text("utf-8"), re.MULTILINE)
    assert used == sorted(used)
    assert all(declared.get(prefix) == namespace for prefix, namespace in used)


def test_required_alignments_exist() -> None:
    assert {"org", "prov", "skos", "schema", "cidoc-crm"} <= {path.stem for path in ALIGNMENTS}


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_alignments_tie_known_terms_to_one_vocabulary(path: Path) -> None:
    graph = read(path)
    headers = set(graph.subjects(RDF.type, OWL.Ontology))
    assert headers == {URIRef(f"https://w3id.org/heritagekg/ontology/alignments/{path.stem}")}
    matches = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch}
    allowed = {RDFS.subClassOf, RDFS.subPropertyOf, SKOS.relatedMatch, *matches}
    vocabularies = set()
    for subject, predicate, target in graph:
        if subject in headers:
            continue
        assert subject in terms(), subject
        assert predicate in allowed, predicate
        if predicate == RDFS.subClassOf:
            assert subject in terms(OWL.Class), subject
        if predicate == RDFS.subPropertyOf:
            assert subject not in terms(OWL.Class), subject
        vocabularies.add(re.sub(r"[^/#]+$", "", str(target)))
    assert len(vocabularies) == 1
    assert str(HKG) not in vocabularies


def test_every_class_has_a_shape() -> None:
    assert terms(OWL.Class) <= set(shapes().objects(None, SH.targetClass))


def test_shapes_name_only_terms_that_exist() -> None:
    known = terms()
    for node in shapes().all_nodes():
        if isinstance(node, URIRef) and str(node).startswith(HKG):
            assert node in known, node


def test_shapes_name_only_shapes_that_exist() -> None:
    graph = shapes()
    for node in graph.all_nodes():
        if isinstance(node, URIRef) and str(node).startswith(HKS):
            assert (node, RDF.type, None) in graph, node


def test_every_shape_holds_one_constraint() -> None:
    assert len(constraints()) >= 40
    for shape, parameters in constraints().items():
        assert len(parameters) == 1, f"{shape}: {parameters}"


def test_codes_are_unique_and_well_formed() -> None:
    codes = [str(code) for code in shapes().objects(None, SKOS.notation)]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"HK[123]\d\d", code) for code in codes)


@pytest.mark.parametrize(
    "shape", sorted(constraints()), ids=lambda shape: shape.removeprefix(str(HKS))
)
def test_every_constraint_explains_itself(shape: URIRef) -> None:
    graph = shapes()
    [code] = graph.objects(shape, SKOS.notation)
    [message] = graph.objects(shape, SH.message)
    [reason] = graph.objects(shape, SKOS.definition)
    [example] = graph.objects(shape, SKOS.example)
    assert isinstance(message, Literal) and message.language == "en"
    assert not re.search(r"\.$|\bmust\b|\bplease\b|[{}$?]", message)
    assert reason.endswith(".")
    assert re.fullmatch(r"# wrong\n.+\n# right\n.+", example, re.DOTALL)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", shape.removeprefix(str(HKS)))
    assert code


def test_severities_are_warnings_or_left_out() -> None:
    assert set(shapes().objects(None, SH.severity)) <= {SH.Warning, SH.Info}


def test_seeded_mistakes_cover_the_constraints() -> None:
    assert len(CASES) >= 45
    seeded = {
        parameter for path in CASES for parameter in constraints()[HKS[path.stem.split("-", 1)[1]]]
    }
    every = {parameter for parameters in constraints().values() for parameter in parameters}
    assert seeded == every


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_seeded_mistakes_are_named_for_their_constraint(path: Path) -> None:
    code, name = path.stem.split("-", 1)
    graph = shapes()
    assert graph.value(HKS[name], SKOS.notation) == Literal(code)
    severity = "warning" if graph.value(HKS[name], SH.severity) == SH.Warning else "error"
    [mark] = re.findall(r"  # (error|warning): (HK\d+)$", path.read_text("utf-8"), re.MULTILINE)
    assert mark == (severity, code)
