# The commands of this project. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export LIFTLOOP_TEST_DATA ?= $(shell test -d ../shared/data && cd ../shared/data && pwd)
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
ifeq ($(LIFTLOOP_TEST_DATA),)
unexport LIFTLOOP_TEST_DATA
endif

.PHONY: help
help: ## List the commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: ## Install everything the other commands need; under 3 s when nothing changed.
	@PYTHON="$(PYTHON)" scripts/setup.sh

.PHONY: lint
lint: setup ## Style, types, import contracts.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright

.PHONY: ui-check
ui-check: setup ## Lint, types and unit tests of the app.
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix ui run --silent check

.PHONY: browser
browser: setup ## The app and the clients in a real browser; it waits more than it computes, so it runs beside the checks.
	scripts/browser_tests.sh

.PHONY: test
test: setup ## Everything that must hold, in under 15 minutes on 2 cores.
	@$(MAKE) --no-print-directory --output-sync=target -j3 lint ui-check browser
	scripts/python_tests.sh

.PHONY: oracles
oracles: setup ## A second environment with libraries that some tests compare with (1.5 GB); some ask for old versions.
	$(BIN)/python -m venv .venv-oracles
	.venv-oracles/bin/pip install --quiet --no-deps --require-hashes -r requirements-oracles.lock

.PHONY: simulation
simulation: ## Stories in which processes die, answers are lost and callbacks forged: seeds, faults, violations.
	PYTHONPATH=src $(BIN)/python tests/simulation/report.py

.PHONY: test-all
test-all: oracles test ## The long suites too, and comparisons with other libraries.
	$(BIN)/pytest -n 2 -m long

.PHONY: demo
demo: setup ## A sample shop from goal to measured lift, then the app. SERVE=0 ends after the printout.
	@$(BIN)/liftloop demo $(if $(filter 0,$(SERVE)),--no-serve,)

.PHONY: screenshots
screenshots: setup ## Every screen over the sample shop: its picture in every look, axe, bytes, time to interactive.
	scripts/screenshots.sh

.PHONY: bench
bench: setup ## Run one measurement: make bench NAME=loop
	$(BIN)/liftloop bench $(NAME) --json

.PHONY: format
format: setup ## Let the formatters write.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
