# Everything a person or a pipeline does with this project. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Two processes share the tests, by whole files, because the tests of a file share what they start from.
SHARED ?= -n 2 --dist loadfile
# Byte code is kept whatever the environment says: each of the hundred processes that tests start would compile anew,
# and so would a second run its five thousand assertions.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check format bench models clean

help:  ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.runs  ## install what is needed and open the demo (ARGS="my.h5 fashion_mnist" for your own)
	@$(BIN)/python app.py $(ARGS)

test: $(VENV)/.tests  ## all tests, the browser's too where Chromium is found
	@$(BIN)/pytest -q $(SHARED) $(ARGS)

test-fast: $(VENV)/.tests  ## the tests without Keras and without a browser
	@$(BIN)/pytest -q $(SHARED) -m "not keras and not browser" $(ARGS)

check: $(VENV)/.tests  ## format, style, types, architecture and all tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy app.py util.py model datasets analysis workspace layouts callbacks
	@$(BIN)/pytest -q $(SHARED) $(ARGS)

format: $(VENV)/.tests  ## put the code into its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.tests  ## ratios against named alternatives, both measured in one run (about 10 minutes)
	@$(BIN)/python -m benchmarks $(ARGS)

models: $(VENV)/.runs  ## train the bundled networks anew (ARGS="--data DIR" for a local mnist.npz)
	@$(BIN)/python tools/train_models.py $(ARGS)

clean:  ## forget the environment and all results
	rm -rf $(VENV) .innerview

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"error: Python {v[0]}.{v[1]}: 3.11 to 3.13 is needed; try make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runs: $(VENV)/.python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
