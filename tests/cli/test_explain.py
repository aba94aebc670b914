"""`heritagekg explain`: every code that check can show has words."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import heritagekg
from heritagekg.diagnostics.rules import RULES
from heritagekg.validation.check import rules_of_workspace
from heritagekg.validation.components import COMPONENTS, EXAMPLES
from heritagekg.workspace import Workspace


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", "explain", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_every_rule_says_what_why_wrong_and_right() -> None:
    rules = rules_of_workspace(Workspace.shipped())
    coded = [rule for code, rule in rules.items() if re.fullmatch(r"HK\d{3}", code)]
    assert len(coded) > 150
    for rule in coded:
        assert rule.message and rule.reason and rule.wrong and rule.right, rule.code
        is_of_files = rule in RULES.values()
        assert is_of_files or re.fullmatch(r"`hks:[A-Za-z-]+`, ontology/.*\.ttl:\d+", rule.origin)
    assert len({rule.name for rule in rules.values()}) == len(rules)


@pytest.mark.parametrize("code", ["HK203", "hk203", "tenure-without-source"])
def test_code_or_name(code: str) -> None:
    said = run(code)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("error[HK203] tenure-without-source\n\nWhat: tenure names no so")
    assert "\nWhy:  A fact is worth" in said.stdout and "\nRight:\n\n    tenure:" in said.stdout


def test_component_of_shacl() -> None:
    said = run("mincount").stdout
    assert "(SHACL, section 4.2.1)" in said and "Wrong:\n\n    # a shape asks: sh:prop" in said


PREFIXES = """@prefix e: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e: sh:declare [ sh:prefix "e" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
"""


@pytest.mark.parametrize("kind", COMPONENTS)
def test_examples_of_components_are_wrong_and_right(kind: str) -> None:
    asked, wrong, right = EXAMPLES[kind]
    shapes = f"{PREFIXES} e:S sh:targetClass e:Museum ; {asked} ."
    for engine in ("compiled", "pyshacl"):
        found = heritagekg.validate(PREFIXES + wrong, shapes, engine=engine).results
        assert {result.rule for result in found} == {kind}
        assert heritagekg.validate(PREFIXES + right, shapes, engine=engine).conforms


def test_list_and_unknown() -> None:
    listed = run().stdout.splitlines()
    assert listed[0].startswith("HK001  error    syntax-error: ")
    assert any(line.startswith("MinCount  ") for line in listed)
    said = run("tenure-without-surce")
    assert said.returncode == 2 and "did you mean 'tenure-without-source'?" in said.stderr
    assert "`heritagekg explain` lists them" in run("HK9999").stderr
