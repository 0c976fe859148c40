# The commands of the README. `make run` and `make test` work on a fresh clone.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
WEB := maps/web
export COTRENCH_PORT ?= 8000
# Where a machine forbids to keep compiled modules, each of the many processes compiles all of them anew: two seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run dev test test-all lint web-test bench bless wheel system clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "CoTrench needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python has no venv module. On Debian/Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# uv stays in the environment (--inexact), so a clone needs nothing but Python.
$(VENV)/.synced: pyproject.toml uv.lock | $(BIN)/uv
	@echo "· Python packages (uv.lock)"
	@$(BIN)/uv sync --quiet --locked --inexact
	@touch $@

$(VENV)/.warm: $(VENV)/.synced $(wildcard geo/*.py geo/partition/*.py)
	@echo "· compiling the geometry kernels once (about a minute; kept for every later start)"
	@$(BIN)/python -m geo.warm
	@touch $@

$(WEB)/node_modules/.installed: $(WEB)/package.json $(WEB)/package-lock.json
	@command -v node >/dev/null || { echo "CoTrench builds its web client with Node 20 or newer; node was not found."; exit 1; }
	@echo "· web client packages (package-lock.json)"
	@cd $(WEB) && npm ci --silent --no-audit --no-fund
	@touch $@

WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
$(WEB)/dist/index.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	@echo "· building the web client"
	@cd $(WEB) && npm run --silent build
	@touch $@

setup: $(VENV)/.synced $(VENV)/.warm $(WEB)/dist/index.html ## everything `run` needs, without running

run: setup ## open the sample county at http://127.0.0.1:8000
	@exec $(BIN)/cotrench serve --demo

dev: setup ## the same with reload on both sides
	@trap 'kill 0' EXIT; $(BIN)/cotrench serve --demo --reload & (cd $(WEB) && npm run dev)

lint: $(VENV)/.synced ## ruff, formatting, types, layers
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

system: ## system packages the tests need, where this user may install them
	@bash tests/system_packages.sh

web-test: $(WEB)/dist/index.html ## types and tests of the web client
	@cd $(WEB) && npm run --silent check && npm test --silent

# CI runs all of it by the same command.
test: setup system lint web-test ## linters, types, layers, unit, property, stores, scenarios, browser, without the slowest
	@$(BIN)/pytest -n 2 --dist loadfile $(if $(filter true,$(CI) $(ALL)),,-m "not slow")
	@bash tests/system_packages.sh --report

test-all: ## the same with the slowest: killed processes, provinces, generated requests, the wheel
	@$(MAKE) --no-print-directory test ALL=true

bench: setup ## ratios against GeoPandas, PostGIS and DuckDB, growth, latency (about 15 minutes; BENCH=--quick: a few)
	@$(BIN)/uv sync --quiet --locked --inexact --group bench || echo "· DuckDB could not be installed; its row says so"
	@$(BIN)/python -m tests.benchmarks $(BENCH)

bless: setup ## write the golden files anew; look at the difference before committing
	@COTRENCH_BLESS=1 $(BIN)/pytest tests -q -k golden

wheel: setup ## dist/cotrench-*.whl, with the built web client inside
	@$(BIN)/uv build --wheel --quiet && ls dist/*.whl

clean: ## remove what was built; the data folder stays
	rm -rf $(VENV) $(WEB)/node_modules $(WEB)/dist dist
