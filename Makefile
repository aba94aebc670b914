# `make serve` and `make test` set up all they need in .venv; nothing else on the machine changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

# What the pages' scripts and messages are made of; `pip install -e` builds them (hatch_build.py).
WEB := src/heritagekg/web
PAGES := hatch_build.py $(wildcard $(WEB)/frontend/*.* $(WEB)/locale/*/LC_MESSAGES/*.po)

.PHONY: serve test check format docs messages bench lock clean

serve: $(VENV)/.run
	$(BIN)/heritagekg check
	$(BIN)/heritagekg serve --port $(PORT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q src
	$(BIN)/cog --check -n UTF-8 README.md src/heritagekg/terms.py
	$(BIN)/heritagekg format --check
	$(BIN)/heritagekg check

format: $(VENV)/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/heritagekg format

# The CLI reference in README.md and the prefixes in terms.py are generated.
docs: $(VENV)/.dev
	$(BIN)/cog -r -n UTF-8 README.md src/heritagekg/terms.py

# Gather the texts of the pages, and mark in each catalogue what is new or gone.
messages: $(VENV)/.dev
	cd $(WEB) && $(CURDIR)/$(BIN)/pybabel -q extract -F locale/babel.cfg -k N_ -k said \
		--no-location --omit-header -o $(CURDIR)/build/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --omit-header -w 100 -D messages \
		-i build/messages.pot -d $(WEB)/locale

bench: $(VENV)/.dev
	$(BIN)/python tests/bench/start.py
	$(BIN)/python tests/bench/pages.py
	$(BIN)/python tests/bench/turtle.py
	$(BIN)/python tests/bench/shacl.py
	$(BIN)/python tests/bench/networks.py

# Newest allowed versions of everything, for every supported Python, with hashes.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --upgrade --group build pyproject.toml -o constraints/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --upgrade --group build --group dev pyproject.toml -o constraints/dev.txt

clean:
	rm -rf $(VENV) dist build $(WEB)/frontend/node_modules $(WEB)/static/built .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "heritagekg needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "$(PYTHON) has no venv module; on Debian: apt install python3-venv" >&2; exit 2; }

# Hash-checked wheels only; heritagekg itself is linked to this checkout.
# Compiled here, once: where Python is told to write no bytecode, every command would do it again.
$(VENV)/.run: constraints/run.txt pyproject.toml $(PAGES) | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src/heritagekg
	@touch $@

$(VENV)/.dev: constraints/dev.txt pyproject.toml $(PAGES) | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src/heritagekg
	@touch $@ $(VENV)/.run
