"""`heritagekg explain`: every code that check can show has words."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from heritagekg.diagnostics.rules import RULES
from heritagekg.validation.check import rules_of_workspace
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
    assert "(SHACL, section 4.2.1)" in run("mincount").stdout


def test_list_and_unknown() -> None:
    listed = run().stdout.splitlines()
    assert listed[0].startswith("HK001  error    syntax-error: ")
    assert any(line.startswith("MinCount  ") for line in listed)
    said = run("tenure-without-surce")
    assert said.returncode == 2 and "did you mean 'tenure-without-source'?" in said.stderr
    assert "`heritagekg explain` lists them" in run("HK9999").stderr
