# Two commands matter: `make demo` and `make test`. Both need git, make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP := $(VENV)/.installed-run
TEST_STAMP := $(VENV)/.installed-test
SERVER := .ministack
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-config --no-header --no-annotate --quiet

.PHONY: help demo test server check fuzz lint format cover bench example reference lock clean

help:
	@echo "make demo       install into .venv, compare strategies of the employee directory, print the report's path"
	@echo "make test       install what tests need, lint, check types and imports, run the tests"
	@echo "make server     install MiniStack into .ministack; with libfaketime, tests then meet a server that refuses expired sessions"
	@echo "make check      the checks of every shipped scenario, drills included (a few minutes)"
	@echo "make fuzz       fifty new seeds of random cases against the real botocore"
	@echo "make lint       only ruff, mypy and import-linter"
	@echo "make cover      tests with coverage"
	@echo "make bench      benchmark against the naive SimPy model"
	@echo "make example    remake the committed example report (ten replications, about ten times the demo)"
	@echo "make reference  rewrite results/columns.md, scenarios/schema.json and the README's tables from the code"
	@echo "make lock       resolve the lock files anew (needs uv)"
	@echo "make clean      remove .venv and caches"

demo: $(RUN_STAMP)
	@$(BIN)/credflow compare scenarios/employee-directory.yaml

test: lint
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(RUN_STAMP)
	$(BIN)/credflow check scenarios/incidents scenarios/rows scenarios/drills

fuzz: $(TEST_STAMP)
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest -q tests/verify/test_property.py

# An environment of its own: MiniStack pins another botocore than the one that is tested.
server: requirements-server.lock
	@test -x $(SERVER)/bin/python || $(PYTHON) -m venv $(SERVER)
	$(SERVER)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r requirements-server.lock

lint: $(TEST_STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TEST_STAMP)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

cover: $(TEST_STAMP)
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered

bench: $(TEST_STAMP)
	$(BIN)/python tests/bench/bench_engine.py

example: $(RUN_STAMP)
	rm -rf results/.example results/example && mkdir -p results/example
	$(BIN)/credflow compare scenarios/employee-directory.yaml --seed 1 --replications 10 --assumptions --yes --out results/.example
	cd results/.example/employee-directory/latest && \
		cp -R manifest.json summary.json report.html charts ../../../example/
	rm -rf results/.example

reference: $(RUN_STAMP)
	$(BIN)/python -m sim.reference
	$(BIN)/python -m sim.readme_tables
	$(BIN)/credflow schema --out scenarios/schema.json

# The test lock comes first and binds the other one, so that both name the same versions.
lock:
	$(LOCK) pyproject.toml --extra test --output-file requirements-test.lock
	$(LOCK) pyproject.toml --constraint requirements-test.lock --output-file requirements.lock
	echo ministack==1.5.33 | $(LOCK) - --output-file requirements-server.lock

clean:
	rm -rf $(VENV) $(SERVER) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find sim analysis tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "credflow needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; say which one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

# A virtual environment without pip (a run of venv that was interrupted) is mended, not kept. The lock files are
# whole, so nothing is resolved: pip would look at newer releases of what is named with extras, and refuse them.
$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(TEST_STAMP): requirements-test.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements-test.lock
	$(PIP) install --no-deps --editable .
	@touch $@
