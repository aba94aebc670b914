"""The group of commands: each is imported only when it is named."""

from __future__ import annotations

from importlib import import_module

import click

from heritagekg.cli import Session

# Command -> what it does, in a line; its module has the command's name.
COMMANDS = {
    "check": "Check the files of the workspace and say what is wrong, and where.",
    "diff": "Say what changed in the facts since a revision of git.",
    "coverage": "Show what sources claim, what the graph holds of it, and what it lacks.",
    "explain": "Say what a code of check means: why, and what is wrong and right.",
    "format": "Put Turtle files into canonical form.",
    "network": "Write a network view for Gephi, Cytoscape, networkx and others.",
    "networks": "List the network views.",
    "queries": "List the named queries.",
    "query": "Ask a named query, a .rq file, or SPARQL text.",
    "serve": "Serve a SPARQL endpoint and start page on this machine.",
    "show": "Show what the graph says of one thing.",
}
_MODULES = {"networks": "network", "queries": "query"}


def _choose_workspace(context: click.Context, _: click.Parameter, folder: str | None) -> None:
    if folder is not None:
        context.ensure_object(Session).folder = folder


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"heritagekg {version('heritagekg')}")
        context.exit()


class Commands(click.Group):
    """A group that imports the module of a command only when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, which takes -C like the group does."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"heritagekg.cli.{_MODULES.get(cmd_name, cmd_name)}")
        # A command named like a builtin has a function with an underscore.
        command: click.Command = vars(module).get(f"{cmd_name}_") or vars(module)[cmd_name]
        if not any(parameter.name == "folder" for parameter in command.params):
            command.params.append(_folder_option())
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* name; an unknown one names the closest."""
        from heritagekg.errors import did_you_mean

        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}{did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


def _folder_option() -> click.Option:
    return click.Option(
        ["-C", "--workspace", "folder"],
        metavar="DIR|URL",
        expose_value=False,
        callback=_choose_workspace,
        help="Work on the workspace in this folder, or ask the SPARQL endpoint at this URL.",
    )


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
@click.pass_context
def heritagekg(context: click.Context) -> None:
    """Ask, check and study the knowledge graph of the museum world.

    Without -C, commands work on the workspace around the current folder, or on the graph that
    comes with heritagekg.
    """
    context.ensure_object(Session)


heritagekg.params.append(_folder_option())


def run() -> int:
    """Run the command that the arguments name; return its exit code."""
    try:
        return heritagekg.main(standalone_mode=False, prog_name="heritagekg") or 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None
