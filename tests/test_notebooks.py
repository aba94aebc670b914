"""The notebooks of the documentation run, and find what the page about them says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

DOCS = Path(__file__).parents[1] / "docs"


def outputs(notebook: Any) -> str:
    """Return all that the cells of *notebook* printed."""
    return "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


# Kernels and their client still close sockets late and in their own order.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_networks_notebook() -> None:
    notebook = nbformat.read(DOCS / "networks.ipynb", as_version=4)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(DOCS))
    said = outputs(notebook)
    assert "first: Chauncey Jerome Hamlin" in said
    assert "1971 Arthur van Schendel → Jan Jelínek" in said
    assert "first outside Europe: 1965 United States" in said
    assert "1946-1972 8 in Europe, 1 elsewhere" in said
    assert "people: Executive Board of ICOM and International Council of Museums" in said
    pictures = [
        data
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for data in output.get("data", {})
    ]
    assert pictures.count("image/svg+xml") == 2
