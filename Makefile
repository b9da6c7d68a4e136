# The two commands that matter are `make up` and `make check test`.
# Everything is installed below this folder: Python packages in .venv, npm packages in node_modules.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help up test test-twice chaos chaos-checkout walk-sign-in check assets screenshots lighthouse bench-pages bench-race clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.runtime: requirements.lock pyproject.toml
	@echo "Installing Python packages into $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the tools for checks and tests"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

up: $(VENV)/.runtime ## Start everything; ARGS="--port 28000" moves the addresses
	@exec $(BIN)/python -m rose up $(ARGS)

assets: $(VENV)/.runtime ## Build style sheets, scripts, icons and the editor
	@$(BIN)/python -m rose assets

check: $(VENV)/.dev ## ruff, mypy strict, import contracts, djlint, house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --lint --quiet shared/browser/templates blog market cart events
	@$(BIN)/python -m pytest tests/test_house_rules.py

test: $(VENV)/.dev ## Every test, browser journeys included
	@$(BIN)/python -m rose assets
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-twice: $(VENV)/.dev ## The same tests, with every event handed twice to each handler
	@$(BIN)/python -m rose assets
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --deliver-twice --ignore=tests/journeys $(ARGS)

chaos: $(VENV)/.dev ## Kill emitters, handlers and PostgreSQL for ten minutes (CHAOS_SECONDS, CHAOS_EVENTS, CHAOS_SEED)
	@$(BIN)/python -m tests.shared.chaos

walk-sign-in: $(VENV)/.dev ## Ten minutes or more of people at the door, in any order (WALKS, WALK_STEPS, WALK_SEED)
	@$(BIN)/python -m rose assets
	@WALKS=$${WALKS:-1200} $(BIN)/python -m pytest tests/security/test_sign_in_machine.py

chaos-checkout: $(VENV)/.dev ## Kill at every message of a checkout, then at 1,000 random ones; an hour (KILLS, KILLS_SEED)
	@$(BIN)/python -m tests.cart.kills

screenshots: $(VENV)/.dev ## Pictures of every kind of page, in .rose/screenshots
	@$(BIN)/python -m rose assets
	@$(BIN)/python -m tests.journeys.screenshots

lighthouse: $(VENV)/.dev ## Lighthouse as a phone on eight kinds of pages; installs it into bench/lighthouse
	@$(BIN)/python -m rose assets
	@$(BIN)/python bench/lighthouse/run.py

bench-pages: $(VENV)/.dev ## Kept and drawn pages beside nginx (needs nginx and wrk); ARGS=seconds
	@$(BIN)/python -m rose assets
	@$(BIN)/python bench/pages/run.py $(ARGS)

bench-race: $(VENV)/.dev ## 10,000 rounds of readers and a writer at one page; ARGS=rounds
	@$(BIN)/python -m rose assets
	@$(BIN)/python bench/pages/race.py $(ARGS)

clean: ## Remove what was built; data in .rose stays
	rm -rf $(VENV) node_modules shared/static/dist shared/editor/dist
