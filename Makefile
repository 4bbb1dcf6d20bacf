# nongsan. `make run` and `make test` do everything on a fresh machine; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
DEBIAN := chromium poppler-utils libzbar0 qpdf fonts-noto-cjk
BENCH_DEBIAN := libqrencode4
SOAK_DEBIAN := libreoffice-calc-nogui
LIGHTHOUSE := lighthouse@12.8.2
LIGHTHOUSE_IN := .cache/lighthouse

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lighthouse soak chaos lock screenshots debian

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/ready-run ## make .venv and install the hashed lock

run: setup ## start everything for one machine (PORT= HOST= TLS=1)
	@exec $(BIN)/python nongsan.py run

test: $(VENV)/ready-test debian check ## everything CI runs, on both databases
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: $(VENV)/ready-test ## lint, types, floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: DEBIAN := $(BENCH_DEBIAN)
bench: $(VENV)/ready-bench debian ## every bar, one line of JSON each with its same-run ratio
	@$(BIN)/python -m tests.bench

lighthouse: DEBIAN := chromium
lighthouse: $(VENV)/ready-test debian ## scores of the pages on a phone at slow 4G
	@command -v npm >/dev/null || { echo "Node's npm is missing. Run: apt-get install -y npm"; exit 1; }
	@test -x $(LIGHTHOUSE_IN)/node_modules/.bin/lighthouse && \
	  grep -q '"version": "$(lastword $(subst @, ,$(LIGHTHOUSE)))"' $(LIGHTHOUSE_IN)/node_modules/lighthouse/package.json || \
	  { echo "Installing $(LIGHTHOUSE) (once) ..."; mkdir -p $(LIGHTHOUSE_IN); \
	    npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix $(LIGHTHOUSE_IN) $(LIGHTHOUSE); }
	@$(BIN)/python -m tests.bench.lighthouse $(LIGHTHOUSE_IN)/node_modules/.bin/lighthouse

soak: DEBIAN := $(DEBIAN) $(SOAK_DEBIAN)
soak: $(VENV)/ready-test debian ## the long hauls of codes and of shops that misbehave
	@$(BIN)/python -m pytest -m soak -n $(WORKERS) --dist worksteal

chaos: $(VENV)/ready-test ## the long hauls of kills and faults
	@$(BIN)/python -m pytest -m chaos -n $(WORKERS) --dist worksteal

screenshots: $(VENV)/ready-test debian ## the pictures of the README, made from the demonstration
	@$(BIN)/python -m tests.browser.screenshots docs/screenshots

lock: $(VENV)/ready-test ## resolve requirements/*.in anew, with hashes (needs uv)
	@for name in run test bench; do \
	  uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
	    requirements/$$name.in -o requirements/$$name.txt; done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv is missing. Run: apt-get install -y python3-venv"; exit 1; }

$(VENV)/ready-run: requirements/run.txt setup.cfg | $(VENV)/bin/python
	@echo "Installing the libraries (once, about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-test: requirements/test.txt $(VENV)/ready-run
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/ready-bench: requirements/bench.txt $(VENV)/ready-test
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

debian:
	@missing=""; for name in $(DEBIAN); do \
	  dpkg-query -W -f='$${Status}' $$name 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$name"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing$$missing ..."; \
	    apt-get -qq -o DPkg::Lock::Timeout=240 update && \
	    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=240 install -y --no-install-recommends $$missing >/dev/null; \
	  else echo "Run once: sudo apt-get install -y$$missing"; exit 1; fi; fi
