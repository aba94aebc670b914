"""Charts of networks over time, by matplotlib (extra `plot`)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from heritagekg.errors import ExportError

if TYPE_CHECKING:
    import pyarrow
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people tell apart however they see colours.
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5539", "#b8a600"),
    *("#5e3c99", "#444444"),
)
SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    # Texts stay texts: they can be searched and set in another font.
    "svg.fonttype": "none",
    "svg.hashsalt": "heritagekg",
    "pdf.fonttype": 42,
}
_TICKS = 12


def figure(width: float = 8, height: float = 5) -> Figure:
    """Return an empty figure of *width* by *height* inches.

    Raises
    ------
    ExportError
        If matplotlib is not installed; the message names the extra.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise ExportError(
            "matplotlib is not installed; add it with: pip install 'heritagekg[plot]'"
        ) from None
    with styled():
        made = Figure(figsize=(width, height), layout="constrained")
        # It measures texts; without a canvas of its own a figure cannot.
        FigureCanvasAgg(made)
        return made


def styled() -> Any:
    """Return a context in which matplotlib draws in the one style of all pictures."""
    import matplotlib

    return matplotlib.rc_context(_STYLE)


def saved(drawn: Figure, form: str, said: dict[str, str]) -> bytes:
    """Return a figure as svg, png or pdf, with *said* (title, description …) as its metadata."""
    written = io.BytesIO()
    keys = {"svg": {"Title": "title", "Description": "description", "Rights": "license"},
            "png": {"Title": "title", "Description": "description", "Copyright": "license"},
            "pdf": {"Title": "title", "Subject": "description"}}[form]  # fmt: skip
    metadata: dict[str, Any] = {key: said[name] for key, name in keys.items() if name in said}
    if form != "png":
        # The day is in the description; a time of writing would make every file differ.
        metadata |= {"Date": None} if form == "svg" else {"CreationDate": None}
    with styled():
        drawn.savefig(written, format=form, dpi=200, metadata=metadata)
    return written.getvalue()


def evolution(table: pyarrow.Table, title: str) -> Figure:
    """Return a chart of `temporal.evolution`: sizes above, births and ends of ties below."""
    slices = table["slice"].to_pylist()
    places = range(len(slices))
    with styled():
        drawn = figure(8, 6)
        above, below = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for colour, name in zip(COLOURS, ("nodes", "edges", "components"), strict=False):
            above.plot(places, table[name].to_pylist(), color=colour, label=name, linewidth=1.6)
        above.set_ylim(bottom=0)
        born, ended = (_filled(table[name].to_pylist()) for name in ("born", "ended"))
        below.bar(places, born, color=COLOURS[2], label="edges born", width=0.9)
        below.bar(places, [-n for n in ended], color=COLOURS[1], label="edges ended", width=0.9)
        below.axhline(0, color="#444444", linewidth=0.6)
        below.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        for part in (above, below):
            part.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        _label(below, slices)
        above.set_title(title, loc="left", fontsize=10)
    return drawn


def centrality(table: pyarrow.Table, title: str) -> Figure:
    """Return a chart of `temporal.centrality`: a line for each node."""
    followed: dict[str, list[float]] = {}
    labels: dict[str, str] = {}
    slices = list(dict.fromkeys(table["slice"].to_pylist()))
    for row in table.to_pylist():
        followed.setdefault(row["id"], []).append(row["value"])
        labels[row["id"]] = row["label"]
    with styled():
        drawn = figure(8, 5)
        axes = drawn.subplots()
        for number, (node, values) in enumerate(followed.items()):
            style = "-" if number < len(COLOURS) else "--"
            colour = COLOURS[number % len(COLOURS)]
            axes.plot(range(len(values)), values, style, color=colour, label=_short(labels[node]))
        axes.set_ylim(bottom=0)
        axes.set_ylabel(table["measure"][0].as_py() if table.num_rows else "")
        _label(axes, slices)
        axes.set_title(title, loc="left", fontsize=10)
        drawn.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return drawn


def _filled(values: list[Any]) -> list[Any]:
    return [0 if value is None else value for value in values]


def _short(label: str, most: int = 48) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def _label(axes: Any, slices: list[str]) -> None:
    step = -(-len(slices) // _TICKS) or 1
    axes.set_xticks(range(0, len(slices), step), slices[::step])
