"""`heritagekg explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from heritagekg.cli import Session, is_coloured

if TYPE_CHECKING:
    from heritagekg.diagnostics.rules import Rule


@click.command()
@click.argument("code", required=False, metavar="[CODE]")
@click.pass_context
def explain(context: click.Context, code: str | None) -> None:
    """Say what the rule CODE asks for, why, and what is wrong and right; or list the rules.

    CODE is a code such as HK203 or MinCount, or the name of a rule such as tenure-without-source.
    """
    from heritagekg.errors import UnknownName, did_you_mean
    from heritagekg.validation.check import rules_of_workspace

    session: Session = context.obj
    rules = rules_of_workspace(session.workspace())
    if code is None:
        for rule in rules.values():
            click.echo(f"{rule.code}  {rule.severity:7}  {rule.name}: {rule.message}")
        return
    by_name = {rule.name: rule for rule in rules.values()}
    by_code = {known.lower(): rule for known, rule in rules.items()}
    found = by_code.get(code.lower()) or by_name.get(code.removeprefix("hks:"))
    if found is None:
        close = did_you_mean(code, [*by_name, *rules]) or "; `heritagekg explain` lists them"
        raise UnknownName(f"no rule {code!r}{close}")
    coloured = is_coloured()
    click.echo(explained(found, colour=coloured), nl=False, color=coloured)


def explained(rule: Rule, *, colour: bool = False) -> str:
    """Return *rule* as text to read."""

    def head(word: str, paint: str) -> str:
        return click.style(word, fg=paint, bold=True) if colour else word

    paints = {"error": "red", "warning": "yellow", "info": "cyan"}
    lines = [f"{head(f'{rule.severity}[{rule.code}]', paints[rule.severity])} {rule.name}"]
    lines += ["", f"What: {rule.message}."]
    lines += [f"Why:  {rule.reason}"] if rule.reason else []
    for word, text in rule.examples:
        if text:
            paint = "red" if word == "wrong" else "green"
            lines += ["", f"{head(word.capitalize(), paint)}:", ""]
            lines += [f"    {line}" for line in text.split("\n")]
    lines += ["", f"Defined by {rule.origin}."] if rule.origin else []
    return "\n".join(lines) + "\n"
