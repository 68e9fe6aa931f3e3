# What a fresh clone can do. Needs Python 3.11 or newer, git and make; `make test` also installs the mail servers.

PYTHON ?= python3
PROCESSES ?= 2# that share the tests, each with mail servers and databases of its own; 0: all in one
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(VENV)/lock/bin/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help demo test servers lint train evaluate crash soak fuzz states sabotage bench docs lock

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: $(VENV)/demo.stamp ## play two weeks of mail through the real worker; needs no server
	$(BIN)/mailbot demo

test: servers $(VENV)/test.stamp ## the whole suite against the real servers (ARGS="-k word" for a part)
	$(BIN)/pytest -q -n $(PROCESSES) --dist worksteal --durations=10 $(ARGS)

servers: ## install Dovecot, Postfix, PostgreSQL and Chromium where they are missing
	bash .ci/servers

lint: $(VENV)/test.stamp ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

evaluate: $(VENV)/test.stamp ## measure the classifier on mails it has never seen; fails below models/floors.toml
	$(BIN)/mailbot evaluate

train: $(VENV)/test.stamp ## teach the classifier from models/data
	$(BIN)/mailbot train

fuzz: $(VENV)/test.stamp ## look for bytes that break what reads them, 13 targets (FUZZ_S=60 seconds for each)
	$(BIN)/python -m tests.fuzz.run

states: $(VENV)/test.stamp ## let everything happen to the desk in any order (STEPS=100000 in all, SEED=… repeats)
	$(BIN)/python -m tests.stateful.run

crash: servers $(VENV)/test.stamp ## kill the worker at every boundary and every pair of them (ARGS="sqlite 3": three deaths)
	$(BIN)/python -m tests.crash.run $(ARGS)

soak: $(VENV)/test.stamp ## kill it at random under random load (KILLS=100000, ARGS="SEED" or "postgresql")
	$(BIN)/python -m tests.crash.soak $(or $(KILLS),100000) $(ARGS)

sabotage: servers $(VENV)/test.stamp ## take promises away from a copy: each must turn its test red (ARGS="word" for some)
	$(BIN)/python -m tests.sabotage.run $(ARGS)

bench: servers $(VENV)/test.stamp ## measure speed, latency and room beside a bare loop; wants a quiet machine for hours
	$(BIN)/python -m bench.run --postgresql
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.workers
	$(BIN)/python -m bench.cases --postgresql
	$(BIN)/python -m bench.million
	$(BIN)/python -m bench.ticks
	$(BIN)/python -m bench.digest --postgresql
	$(BIN)/python -m bench.bomb

docs: $(VENV)/demo.stamp ## write the parts of docs/ that are made from code
	$(BIN)/python docs/make.py

lock: $(VENV)/lock/bin/uv ## choose the newest allowed version of every dependency, with hashes
	$(LOCK) pyproject.toml .ci/build.in --output-file .ci/requirements.txt
	$(LOCK) --extra test pyproject.toml .ci/build.in --output-file .ci/requirements-test.txt

# The stamps are newer than what they were made from, so that a second run starts at once.
$(VENV)/demo.stamp: .ci/requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r .ci/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

# All that the demo needs is part of it: its stamp is made too.
$(VENV)/test.stamp: .ci/requirements-test.txt .ci/requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r .ci/requirements-test.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(VENV)/demo.stamp $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "mailbot needs Python 3.11 or newer, but $(PYTHON) is `$(PYTHON) --version 2>&1`;" \
			"name another one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lock/bin/uv: | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet uv
