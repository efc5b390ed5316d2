# make build SOURCE=online_retail DATA=path/to/orders.parquet scores real orders; more
# settings: SETTINGS='csv_delimiter: ;, horizon_days: 60'. `python -m ml doctor` says which.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3.11
SOURCE ?=
DATA ?=
SETTINGS ?=
BIN := .venv/bin

# a shop of its own lives in a home of its own
export SCORING_HOME ?= $(if $(SOURCE),shops/$(SOURCE),.)
export DBT_SEND_ANONYMOUS_USAGE_STATS ?= false
COMMA := ,
# exported: a shell that expands it reads no quote or semicolon in it
export VARS := {$(if $(SOURCE),source_format: $(SOURCE))$(if $(SOURCE),$(if $(DATA),$(COMMA) ))$(if $(DATA),source_path: $(DATA))$(if $(SETTINGS),$(if $(SOURCE)$(DATA),$(COMMA) )$(SETTINGS))}

.PHONY: help install build test pytest lint docs report bench bench-predictions campaigns clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(BIN)/.runs ## what builds and the doctor need, into .venv

build: $(BIN)/.runs ## orders in, marts out; SOURCE= and DATA= for your own orders
	@mkdir -p $(SCORING_HOME)
	@$(if $(DATA),,$(BIN)/python -m ml sample --if-missing)
	@$(BIN)/python -m ml train --if-no-champion --vars "$$VARS"
	@$(BIN)/dbt build --vars "$$VARS"
	@$(BIN)/python -m ml show
	@echo
	@echo "From now on, on a schedule: SCORING_HOME=$(SCORING_HOME) $(BIN)/dbt build$(if $(SOURCE)$(DATA)$(SETTINGS), --vars '$$VARS')"

test: $(BIN)/.tests ## everything CI runs
	@$(MAKE) --no-print-directory --jobs=2 lint pytest

pytest: $(BIN)/.tests
	@$(BIN)/python -m pytest

lint: $(BIN)/.tests ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint models tests/data

docs: $(BIN)/.runs ## one page of documentation: target/static_index.html
	@mkdir -p $(SCORING_HOME)
	@$(if $(DATA),,$(BIN)/python -m ml sample --if-missing)
	@$(BIN)/dbt docs generate --static --vars "$$VARS"
	@echo "Open target/static_index.html"

report: $(BIN)/.tests ## an example shop, its report page, and pictures of it in docs/images
	@$(BIN)/python -m bench.example

bench: $(BIN)/.tests ## measure against a bare script and against pandas
	@$(BIN)/python -m bench

bench-predictions: $(BIN)/.tests ## the model beside rules and a peer; ONLINE_RETAIL= and CDNOW= their files
	@$(BIN)/python -m bench.predictions $(if $(ONLINE_RETAIL),--online-retail $(ONLINE_RETAIL)) $(if $(CDNOW),--cdnow $(CDNOW))

campaigns: $(BIN)/.tests ## kill, overload, forge and spoil it, for hours
	@$(BIN)/python -m tests.campaigns

clean: ## delete what builds and tools made, but no bundle and no release
	rm -rf target logs working.duckdb working.duckdb.wal .*_cache

$(BIN)/.runs: requirements.txt
	@echo "Installing into .venv …"
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(BIN)/.tests: requirements-dev.txt $(BIN)/.runs
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
