# Belfry's commands. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
FRONTEND := portal/frontend/node_modules/.installed
INSTALLED := .venv/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/locale/*/LC_MESSAGES/django.po))

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

.PHONY: install
install: $(INSTALLED) $(FRONTEND) $(CATALOGUES)  ## Install what Belfry needs: Python and npm packages, languages

$(INSTALLED): deploy/requirements/dev.txt pyproject.toml
	@deploy/prepare $(PYTHON)
	@echo "Installing Python packages (about a minute the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(FRONTEND): portal/frontend/package-lock.json
	@deploy/prepare $(PYTHON)
	@echo "Installing npm packages ..."
	@cd portal/frontend && npm ci --silent
	@touch $@

%.mo: %.po
	@deploy/prepare $(PYTHON)
	@deploy/catalogues
	@touch $(CATALOGUES)

.PHONY: demo
demo: install  ## Start everything, play the main job through, leave it running
	@$(BIN)/python deploy/demo/demo up

.PHONY: down
down:  ## Stop what was started here
	@$(PYTHON) deploy/demo/demo down

.PHONY: clean
clean:  ## Stop what was started here and remove its state
	@$(PYTHON) deploy/demo/demo clean

.PHONY: test
test: install  ## Run the whole suite, on real Slurm and in a real browser
	@deploy/prepare $(PYTHON) browser
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: test-newest
test-newest: install  ## Run what Slurm decides on the newest Slurm that Debian testing offers
	@deploy/prepare $(PYTHON) browser
	@$(BIN)/python -m deploy.testbed.lane

.PHONY: test-faults
test-faults: install  ## Let every process end at every step of a cycle, both ways (an hour)
	@$(BIN)/python -m pytest tests/end_to_end/fault_matrix.py tests/end_to_end/test_faults.py

.PHONY: test-fast
test-fast: install  ## Run what needs neither Slurm nor a browser
	@$(BIN)/python -m pytest -m "not slurm and not browser"

.PHONY: check
check: install  ## Check format, lint, types, import contracts and migrations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: install  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: messages
messages: install  ## Bring the catalogues of translations up to the strings of the sources
	@$(BIN)/python manage.py makemessages -l fr -l nl -l de --add-location file --no-obsolete \
	  -i 'tests/*' -i 'bench/*' -i 'deploy/*' -i 'portal/frontend/*' --verbosity 0
	@sed -i '/^"POT-Creation-Date/d' portal/locale/*/LC_MESSAGES/django.po

.PHONY: bench
bench: bench-latency bench-reconcile bench-ingest bench-reports bench-pages  ## Run the benchmarks; figures go to bench/results.json

.PHONY: bench-latency
bench-latency: install  ## Time from approval to an accepted sbatch, on the running testbed
	@$(BIN)/python -m bench.latency

.PHONY: bench-reconcile
bench-reconcile: install  ## What reconciling costs at 200 and 2,000 projects, on a testbed of its own
	@$(BIN)/python -m bench.reconcile

.PHONY: bench-ingest
bench-ingest: install  ## What taking in JOBS=1000000 jobs costs, from slurmdbd to PostgreSQL
	@$(BIN)/python -m bench.ingest $(JOBS)

.PHONY: bench-gpu
bench-gpu: install  ## What the GPU exporter costs a node of 8 GPUs (five minutes, no GPU needed)
	@$(BIN)/python -m bench.gpu

.PHONY: bench-gpu-ingest
bench-gpu-ingest: install  ## What a day of minutes of GPUS=1000 GPUs costs, through the real API and back
	@$(BIN)/python -m bench.gpu_ingest $(GPUS)

.PHONY: bench-reports
bench-reports: install  ## Time of each page and export of usage among JOBS=10000000 jobs; KEEP=1 keeps them
	@$(BIN)/python -m bench.reports $(JOBS) $(if $(KEEP),--keep)

.PHONY: bench-pages
bench-pages: install  ## Time of every page among APPLICATIONS=5000, and the last minute before a cut-off
	@$(BIN)/python -m bench.pages $(APPLICATIONS)

.PHONY: lock
lock:  ## Resolve the pins of pyproject.toml and package.json anew
	@for extra in bridge portal; do $(BIN)/uv pip compile --quiet pyproject.toml --extra $$extra \
	  --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  -o deploy/requirements/$$extra.txt; done
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra bridge --extra portal --extra dev \
	  --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  -o deploy/requirements/dev.txt
	@cd portal/frontend && npm install --silent --package-lock-only && $(PYTHON) -c \
	  "import json; lock = json.load(open('package-lock.json')); \
	  [package.pop('funding', None) for package in lock['packages'].values()]; \
	  open('package-lock.json', 'w').write(json.dumps(lock, indent=2) + '\n')"
