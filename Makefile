# Juheli 聚合力. `make run` and `make test` are all one needs; `make help` lists the rest.
# Needed beforehand: Python 3.11 or newer, make, and a package registry (or a wheelhouse/ folder, then no network).

HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
ARGS ?=

# what depends on the database: make test runs these rooms on SQLite and on PostgreSQL, make test-postgres all of them
ON_BOTH := $(addprefix tests/core/,access audit files jobs plugin settings) tests/core/people/test_orgs.py \
	tests/core/people/test_membership.py tests/core/people/test_merge_and_reveal.py tests/core/imports/test_wizard.py \
	$(addprefix tests/core/webhooks/test_,lanes.py locks.py) tests/core/doors/test_no_500.py tests/contract tests/isolation/test_prove.py

VENV := .venv
PY := $(VENV)/bin/python
WHEELHOUSE := $(wildcard wheelhouse)
OFFLINE := $(if $(WHEELHOUSE),--no-index --find-links wheelhouse)
PIP := $(PY) -m pip install -q --disable-pip-version-check $(OFFLINE)
LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url
UV = $(or $(shell command -v uv),$(VENV)/bin/uv)

.DEFAULT_GOAL := help
.PHONY: help run test isolation contract test-postgres env assets lint fmt types lock screenshots bench bench-large wheelhouse clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*##  */\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

run: $(VENV)/.run assets  ## serve http://127.0.0.1:8000/ with the demo tenants (PORT=…, HOST=…)
	@JUHELI_HOST=$(HOST) JUHELI_PORT=$(PORT) exec $(VENV)/bin/juheli run --demo

test: $(VENV)/.test assets  ## install what tests need and run them all (ARGS="-k name" to choose)
	@$(PY) scripts/prepare_test_machine.py
	@$(MAKE) --no-print-directory lint
	$(PY) scripts/run_tests.py -n $(WORKERS) --dist loadgroup $(ARGS)
	$(PY) scripts/run_tests.py -n $(WORKERS) --dist loadgroup --engine=postgres $(ON_BOTH) $(ARGS)

isolation: $(VENV)/.test assets  ## the isolation suite in its long form, every planted hole, on both databases
	$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup tests/isolation tests/core/base/test_escapes.py --thorough -o faulthandler_timeout=0 $(ARGS)
	$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup tests/isolation --thorough --engine=postgres -o faulthandler_timeout=0 $(ARGS)

contract: $(VENV)/.test assets  ## what every plugin keeps, in full: those in this tree, and one made, built and installed on the way
	$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup plugins/*/tests/test_contract.py tests/thirdparty \
		tests/core/plugin/test_workers.py --thorough $(ARGS)

test-postgres: $(VENV)/.test assets  ## every test, with the world on PostgreSQL
	$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup --engine=postgres $(ARGS)

env: $(VENV)/.test  ## only the environment for developers, in .venv

assets: | $(VENV)/.run  ## the front-end files and the icon sprite, into core/web/static
	@$(PY) frontend/vendor.py

lint: $(VENV)/.test  ## ruff and import-linter
	$(VENV)/bin/ruff check -q .
	$(VENV)/bin/lint-imports --no-logo

types: $(VENV)/.test  ## mypy
	$(VENV)/bin/mypy core plugins

fmt: $(VENV)/.test  ## put imports and layout in order
	$(VENV)/bin/ruff check -q --fix-only .
	$(VENV)/bin/ruff format -q .

screenshots: $(VENV)/.test assets  ## the pictures of the README, from a running demo
	$(PY) scripts/screenshots.py

bench: $(VENV)/.test assets  ## measure, ten minutes on two quiet cores, and show it in docs/performance.md (ARGS="pages", ARGS="--patience 4" on a busy machine)
	$(PY) -m bench --docs $(ARGS)

bench-large: $(VENV)/.test assets  ## the same with large data, about an hour
	$(PY) -m bench --docs --size large $(ARGS)

lock: | $(VENV)/.run  ## write the lock files anew (UPGRADE=1: to the newest versions allowed)
	@command -v uv >/dev/null || $(PIP) uv
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra postgres --extra build -o requirements.lock
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra test -c requirements.lock -o requirements-test.lock
	$(LOCK) $(if $(UPGRADE),--upgrade) frontend/requirements-node.in -o frontend/requirements-node.lock
	@! command -v npm >/dev/null || (cd frontend && npm install --package-lock-only --ignore-scripts --silent)

deploy-check: $(VENV)/.test assets  ## check deploy/ with what this machine has, the offline install for real
	@$(PY) deploy/check.py --long

chaos: $(VENV)/.test assets  ## the long round of faults: kills, restarts, hung Redis, full disks (KILLS=… RESTARTS=… ACKS=… SOAK=s)
	JUHELI_CHAOS=long KILLS=$(KILLS) RESTARTS=$(RESTARTS) ACKS=$(ACKS) SOAK=$(SOAK) $(PY) -m pytest -q -s -o faulthandler_timeout=0 tests/chaos $(ARGS)

wheelhouse: $(VENV)/.test assets  ## what to carry to a machine without network (same system and Python)
	rm -rf wheelhouse.part
	$(PY) -m pip download -q --require-hashes -d wheelhouse.part -r requirements-test.lock
	mkdir wheelhouse.part/static
	cp -r core/web/static/vendor core/web/static/icons.svg wheelhouse.part/static
	rm -rf wheelhouse && mv wheelhouse.part wheelhouse

clean:  ## remove what can be made again; data in instance/ stays
	rm -rf $(VENV) core/web/static/vendor core/web/static/icons.svg test-artifacts build dist *.egg-info wheelhouse.part
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -m venv $(VENV) && exit 0; \
		rm -rf $(VENV); echo "$$python cannot make an environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; \
	done; echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed (PYTHON=/path/to/python3 make run)" >&2; exit 1

$(VENV)/.run: requirements.lock pyproject.toml hatch_build.py | $(PY)
	@echo "installing what Juheli needs into $(VENV) (once, about half a minute) …"
	@$(PIP) --require-hashes -r requirements.lock
	@JUHELI_SKIP_ASSETS=1 $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@echo "installing what the tests need into $(VENV) (once) …"
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@
