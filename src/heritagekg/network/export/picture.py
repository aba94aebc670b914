"""SVG, PNG and PDF for papers, by matplotlib (extra `plot`): places, names, a legend, a caption."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any

from heritagekg.network import attributes, charts
from heritagekg.network.layout import positions
from heritagekg.network.words import kind_in_words

if TYPE_CHECKING:
    from heritagekg.network.views import View

FORMS = charts.SUFFIXES
_INK, _SURE, _MAYBE = "#222222", "#8a8178", "#c9c1b6"
# More arrows than this are a blot; more names are not tried for room.
_ARROWS = 400
_NAMES = 150


def render(view: View, form: str = "svg") -> bytes:
    """Return a drawing of *view* as svg, png or pdf.

    A node's colour is its kind, its size the number of its edges; what certainly holds is darker
    than what possibly does. The names of the nodes with most edges are written where there is
    room. The caption says query, data version, date, licence and how to cite.
    """
    drawn = charts.figure(10, 8)
    with charts.styled():
        axes = drawn.subplots()
        places = positions(view)
        _draw(axes, view, places)
        axes.set_title(textwrap.fill(view.metadata["title"], 100), loc="left", fontsize=11)
        caption = f"{view.metadata['citation']} {_size(view)}"
        drawn.supxlabel(
            textwrap.fill(caption, 150), fontsize=6.5, color="#555555", x=0.01, ha="left"
        )
        _names(drawn, axes, view, places)
    said = {**view.metadata, "description": f"{caption}\n{view.metadata['query']}"}
    return charts.saved(drawn, form, said)


def _size(view: View) -> str:
    return f"{view.nodes.num_rows} nodes, {view.edges.num_rows} edges."


def _degrees(view: View) -> Any:
    import numpy as np

    ends = np.concatenate([view.edges[name].to_numpy() for name in ("source", "target")])
    return np.bincount(ends, minlength=view.nodes.num_rows)


def _sizes(view: View) -> Any:
    import numpy as np

    scale = 1 if view.nodes.num_rows < 300 else 0.3
    return np.minimum(12 + 22 * np.sqrt(_degrees(view)), 220) * scale


def _draw(axes: Any, view: View, places: Any) -> None:
    import numpy as np
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

    kinds = view.nodes["kind"].to_pylist()
    ranked = [kind for kind, _ in Counter(kinds).most_common()]
    colours = {
        kind: charts.COLOURS[place % len(charts.COLOURS)] for place, kind in enumerate(ranked)
    }
    source, target = (view.edges[name].to_numpy() for name in ("source", "target"))
    weight = view.edges["weight"].to_numpy()
    is_sure = np.array(view.edges["certainty"].to_pylist()) == "certain"
    widths = np.clip(0.5 + 0.5 * np.log2(np.maximum(weight, 1)), 0.5, 3)
    lines = [_SURE if sure else _MAYBE for sure in is_sure]
    sizes = _sizes(view)
    if view.directed and len(source) <= _ARROWS:
        for one, two, width, colour in zip(source, target, widths, lines, strict=True):
            axes.add_patch(
                FancyArrowPatch(
                    *(places[one], places[two]), arrowstyle="-|>", mutation_scale=6,
                    linewidth=width, color=colour, shrinkA=0, zorder=1,
                    shrinkB=(sizes[two] / np.pi) ** 0.5 + 1, connectionstyle="arc3,rad=0.05",
                )
            )  # fmt: skip
    else:
        segments = np.stack([places[source], places[target]], axis=1)
        faint = 1.0 if len(source) < 3 * len(places) else max(0.15, 3 * len(places) / len(source))
        drawn = LineCollection(
            list(segments), colors=lines, linewidths=widths, alpha=faint, zorder=1
        )
        axes.add_collection(drawn)
    axes.scatter(
        *places.T, s=sizes, c=[colours[kind] for kind in kinds], edgecolors="white",
        linewidths=0.6, zorder=2,
    )  # fmt: skip
    marks = [
        Line2D([], [], marker="o", linestyle="", color=colours[kind],
               label=f"{kind_in_words(kind)} ({kinds.count(kind)})")
        for kind in ranked
    ]  # fmt: skip
    for word, colour, count in (
        ("certain", _SURE, is_sure.sum()),
        ("possible", _MAYBE, (~is_sure).sum()),
    ):
        if count:
            marks.append(Line2D([], [], color=colour, linewidth=2, label=f"{word} ({count})"))
    axes.legend(handles=marks, loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=8)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)
    axes.axis("off")


def _names(drawn: Any, axes: Any, view: View, where: Any) -> None:
    """Write the names of the nodes with most edges where no other name stands."""
    import numpy as np

    drawn.draw_without_rendering()
    renderer = drawn.canvas.get_renderer()
    places = axes.transData.transform(where)
    labels = attributes.of_column(view.nodes["label"])
    radii = np.sqrt(_sizes(view) / np.pi) * drawn.dpi / 72
    order = np.lexsort([np.arange(len(labels)), -_degrees(view)])
    taken: list[Any] = []
    for place in order[:_NAMES]:
        x, y = places[place]
        written = axes.annotate(
            textwrap.shorten(labels[place], 44, placeholder=" …"),
            axes.transData.inverted().transform((x, y)),
            xytext=(0, radii[place] * 72 / drawn.dpi + 1.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, color=_INK, zorder=3,
            # Not by an outline, for which matplotlib would turn texts into shapes.
            bbox={"facecolor": "white", "alpha": 0.35, "linewidth": 0, "pad": 0.4},
        )  # fmt: skip
        box = written.get_window_extent(renderer)
        if any(box.overlaps(other) for other in taken):
            written.remove()
        else:
            taken.append(box)


def left_out(view: View) -> list[str]:
    """Return what a picture cannot carry: the names for which it has no room, facts, sources."""
    del view
    return ["a picture shows no facts and sources, and names only where there is room for them"]
