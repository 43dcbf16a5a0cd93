# Every target does its own set-up: Python 3.11, pip and make are all a machine needs.
# The first run installs the locked packages into .venv; later ones see the stamp and start at once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := bot handlers reports charts participation storage locales rehearsal tests

# The first interpreter that really is 3.11 or later; set PYTHON to choose another.
PYTHON ?= $(shell for each in python3.11 python3 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$each" && break; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  \1\t/'

.PHONY: rehearse
rehearse: $(READY) ## Play a whole event on a local Telegram: make rehearse ARGS="--headless --people 120 --seed 7 --out DIR"
	@$(RUN)/bollini rehearse $(ARGS)

.PHONY: faults
faults: $(READY) ## Rehearsals of 120 with everything going wrong and 100 kills (about half an hour): make faults ARGS="--kills 20"
	@$(RUN)/bollini faults $(ARGS)

.PHONY: themes
themes: $(READY) ## Themes found in labelled contributions, and how near they come: make themes ARGS=FILE
	@$(RUN)/python -m tests.themes.measure $(ARGS)

# A file is for one worker: an event that is played is a fixture of its file.
SHARED := -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test
test: $(READY) ## The tests: make test ARGS="-k dots"
	@$(RUN)/python -m pytest $(SHARED) $(ARGS)

.PHONY: coverage
coverage: $(READY) ## The tests with branch coverage, processes of their own included; takes about twice as long
	@$(RUN)/python -m pytest $(SHARED) --cov --cov-report=term $(ARGS)

.PHONY: bench
bench: $(READY) ## What is measured: a JSON line each, for a quiet machine: make bench ARGS="limits spread --times 5"
	@$(RUN)/python -m tests.benchmarks $(ARGS)

.PHONY: lint
lint: $(READY) ## Style and form of the sources
	@$(RUN)/ruff check $(SOURCES)
	@$(RUN)/ruff format --check $(SOURCES)

.PHONY: format
format: $(READY) ## Put the sources in form
	@$(RUN)/ruff format $(SOURCES)
	@$(RUN)/ruff check --fix $(SOURCES)

.PHONY: types
types: $(READY) ## Types, strictly
	@$(RUN)/mypy

.PHONY: imports
imports: $(READY) ## Who may import whom
	@$(RUN)/lint-imports

.PHONY: lock
lock: $(READY) ## Pin the packages anew, after a change of the dependencies in pyproject.toml
	@$(RUN)/python -m piptools --version >/dev/null 2>&1 || $(RUN)/python -m pip install --quiet pip-tools
	@CUSTOM_COMPILE_COMMAND="make lock" $(RUN)/pip-compile --quiet --generate-hashes --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe \
		--extra dev --output-file requirements.lock pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" $(RUN)/pip-compile --quiet --generate-hashes --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe \
		--constraint requirements.lock --no-annotate --output-file requirements-run.lock pyproject.toml

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Bollini needs Python 3.11 or later: install it, or set PYTHON to where it is." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$("$(PYTHON)" --version) (the first time only) ..."
	@# Some systems ship venv without the pip inside: then the pip outside puts it there.
	@test -x $(RUN)/python || "$(PYTHON)" -m venv $(VENV) >/dev/null 2>&1 || "$(PYTHON)" -m venv --without-pip $(VENV)
	@$(RUN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m pip --python $(RUN)/python install --quiet pip
	@# The lock is complete, so pip resolves nothing: it would ask for the newest release of what an extra names.
	@$(RUN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	@$(RUN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

.PHONY: clean
clean: ## Remove what was set up and built
	@rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
