# Sets up, checks and runs Waglan with Python 3.11, pip, git and make alone; Debian's python3-venv is not needed.
BIN := .venv/bin
ARGS ?=
.PHONY: demo test check format schema docs lock clean
demo: .venv/run
	$(BIN)/waglan demo $(ARGS)

test: .venv/dev check

check: .venv/dev
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

format: .venv/dev
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

# After a new migration: writes src/waglan/store/schema.sql, which `make check` compares.
schema: .venv/dev
	WAGLAN_WRITE_SCHEMA=1 $(BIN)/pytest tests/store/test_schema.py -k written_down

# After a new finding, rule or endpoint: writes the pages in docs/ that `make check` compares.
docs: .venv/dev
	WAGLAN_WRITE_DOCS=1 $(BIN)/pytest tests/test_docs.py -k written_down

# The environment has no pip of its own: the one on the machine fills it.
.venv/bin/python:
	@echo "Making the virtual environment in .venv …"
	@python3 -m venv --without-pip .venv

.venv/run: requirements/run.txt pyproject.toml | .venv/bin/python
	@requirements/install run
.venv/dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@requirements/install dev

# Needs uv, on the maintainer's machine only. The files name no package index: yours is used.
lock:
	uv pip compile $(LOCK) --extra build pyproject.toml -o requirements/run.txt
	uv pip compile $(LOCK) --extra build --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean:
	rm -rf .venv
