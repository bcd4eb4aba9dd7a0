# Every command of a developer. `make help` lists them; each is idempotent and works on a fresh checkout.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ROOT := $(CURDIR)
VENV := .venv
BIN := $(VENV)/bin
STATIC := python/liqheat/api/static
RUST_SOURCES := $(shell find rust -name '*.rs' -o -name 'Cargo.toml') Cargo.toml Cargo.lock
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/dist-lib -prune -o -type f -print 2>/dev/null)
WEB_TESTS := $(filter web/test/% web/bench/% web/%.md,$(WEB_SOURCES))

# Nothing is left outside the checkout but the package managers' own caches.
MEASURED := .cache/accuracy
SCORES := python/liqheat_lab/page/data/published_scores.json
PUBLISHED := python/liqheat/api/published
REAL := $(or $(LIQHEAT_SHARED),../shared)/data
REAL_SET := binance_bybit_2025-11_2026-03
POSITIONS := $(REAL)/hyperliquid_positions_2026-02/positions.parquet
BENCH := .cache/bench

export LIQHEAT_CACHE_DIR := $(ROOT)/.cache/liqheat
export MPLCONFIGDIR := $(ROOT)/.cache/matplotlib
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_QUIET := 1
export PYTHONPYCACHEPREFIX := $(ROOT)/.cache/pycache

.PHONY: help setup web browser run live test test-rust test-python test-web test-browser soak lint format api-types readme-tables accuracy publish-scores measure bench publish-bench perf-guard perf-record kernels bench-simulator bench-prototype bench-chart wheel clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/.created: pyproject.toml
	@python=$$(for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done); \
	if [ -z "$$python" ]; then echo "liqheat needs Python 3.11 or newer"; exit 1; fi; \
	[ -x $(BIN)/python ] || $$python -m venv $(VENV)
	@$(BIN)/pip install "maturin>=1.16,<2"
	@touch $@

$(VENV)/.installed: $(VENV)/.created $(RUST_SOURCES)
	@VIRTUAL_ENV=$(ROOT)/$(VENV) $(BIN)/maturin develop --release --quiet --extras dev
	@touch $@

LAB := $(shell find python/liqheat_lab -name '*.py' -o -name '*.html' -o -name '*.css' 2>/dev/null)

$(PUBLISHED)/accuracy.json: $(VENV)/.installed $(SCORES) $(LAB)
	@$(BIN)/liqheat accuracy report --publish $(PUBLISHED)
	@touch $@

setup: $(VENV)/.installed web $(PUBLISHED)/accuracy.json ## Install everything into .venv, with the liqheat command

web/node_modules/.installed: web/package.json web/package-lock.json
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC)/index.html: web/node_modules/.installed $(filter-out $(WEB_TESTS),$(WEB_SOURCES))
	@cd web && npm run --silent build
	@touch $@

web: $(STATIC)/index.html ## Build the page

browser: ## Make sure that there is a Chromium for the browser tests
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium from Debian's packages"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "The browser tests need Chromium: install the package 'chromium' (apt-get install chromium, as root)"; exit 1; fi

run: setup ## Serve the heatmap of a simulated market at a local address
	@$(BIN)/liqheat serve

SYMBOL ?= BTC/USDT:USDT
live: setup ## Serve a real market as its venues tell it: make live SYMBOL=ETH/USDT:USDT
	@$(BIN)/liqheat serve --live $(SYMBOL)

test: test-rust test-web test-python test-browser ## Run every test: Rust, web, Python, browser

test-rust: ## Rust: properties, vectors, doctests
	cargo test --workspace --exclude liqheat-py --quiet

test-python: setup ## Python: unit, parity, property, contract, integration, doctests
	@mkdir -p .cache
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore=tests/e2e

test-web: web/node_modules/.installed ## TypeScript: types and unit tests
	cd web && npm run --silent typecheck && npm test --silent

test-browser: setup browser ## The page in headless Chromium, against the real server
	@mkdir -p .cache
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/e2e

soak: setup browser ## Every size and theme of the page; properties, parity and killed writers with ten times as many examples; an hour of liquidations
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q --timeout 1200 tests/property tests/parity tests/integration/test_store_kill.py tests/integration/test_store_steps.py
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q --timeout 1200 tests/integration/test_gates.py
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q tests/e2e/test_accessible.py tests/e2e/test_tasks.py tests/e2e/test_languages.py
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q -s tests/integration/test_live_liquidations.py tests/integration/test_live_serve.py

lint: setup ## Formatting, lints and types of all three languages
	cargo fmt --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(BIN)/ruff format --check python tests
	$(BIN)/ruff check python tests
	$(BIN)/mypy
	cd web && npm run --silent typecheck && npm run --silent lint && npm run --silent lint:plugin

format: setup ## Format Rust, Python and TypeScript
	cargo fmt
	$(BIN)/ruff format python tests
	$(BIN)/ruff check --fix python tests
	cd web && npm run --silent format

api-types: setup web/node_modules/.installed ## Write the page's types of the API's answers, from its OpenAPI document
	@mkdir -p .cache && $(BIN)/python -m tests.support.openapi > .cache/openapi.json
	@cd web && npm run --silent api-types

readme-tables: setup ## Rewrite the tables in READMEs that are made of tables in the code
	@$(BIN)/python -m tests.support.readme_tables

accuracy: measure ## Measure every figure of the accuracy page again, out of the shared folder's data
	@$(BIN)/python -m tests.support.compare_figures $(MEASURED)/published_scores.json $(SCORES); echo "the page: $(MEASURED)/accuracy.html"

publish-scores: measure ## Publish what was measured, in place of the figures shipped so far
	cp $(MEASURED)/published_scores.json $(SCORES)
	@$(MAKE) --no-print-directory setup

measure: setup
	@mkdir -p $(MEASURED)
	$(BIN)/liqheat accuracy touch --data $(REAL)/$(REAL_SET) --json > $(MEASURED)/touch.json
	$(BIN)/liqheat accuracy score --data $(REAL)/$(REAL_SET) --json > $(MEASURED)/score.json
	$(BIN)/liqheat accuracy score --data $(REAL)/$(REAL_SET) --bars 1h --json > $(MEASURED)/score_1h.json
	$(BIN)/liqheat accuracy walk-forward --data $(REAL)/$(REAL_SET) --json > $(MEASURED)/walk_forward.json
	$(BIN)/liqheat accuracy article --data $(REAL)/$(REAL_SET) --positions $(POSITIONS) --start 2025-12-05 --end 2026-03-01 --json > $(MEASURED)/article.json
	$(BIN)/liqheat accuracy events --data $(REAL)/$(REAL_SET) --events $(REAL)/$(REAL_SET)/liq_events_okx_2026-03-04_05.parquet --json > $(MEASURED)/events.json
	$(BIN)/liqheat accuracy panel --positions $(POSITIONS) --data $(REAL)/$(REAL_SET) --json > $(MEASURED)/panel.json
	$(BIN)/liqheat accuracy simulate --json > $(MEASURED)/simulated.json || [ $$? = 1 ]  # 1: a gate is not met, and the page says which
	$(BIN)/liqheat accuracy report --touch $(MEASURED)/touch.json --score $(MEASURED)/score.json --score $(MEASURED)/score_1h.json --walk-forward $(MEASURED)/walk_forward.json --article $(MEASURED)/article.json --events $(MEASURED)/events.json --panel $(MEASURED)/panel.json --simulated $(MEASURED)/simulated.json --parts $(MEASURED)/published_scores.json --output $(MEASURED)/accuracy.html

bench: setup ## Time the core beside numpy, numba and histogram libraries, the API, and the chart
	@$(BIN)/pip install "boost-histogram>=1.8,<2" "fast-histogram>=0.14,<1"
	@mkdir -p $(BENCH)
	$(BIN)/liqheat bench --json $(BENCH)/bench.json --plot $(BENCH)/bench.png
	@if [ -d "$${LIQHEAT_SHARED:-../shared}/examples/model_prototype" ]; then $(MAKE) --no-print-directory bench-prototype; fi
	@$(MAKE) --no-print-directory bench-chart

publish-bench: ## Put the last run's figures into the README and that of the benchmarks
	cp $(BENCH)/bench.json tests/data/bench.json
	@$(MAKE) --no-print-directory readme-tables

perf-guard: kernels ## Count the kernels' instructions and compare them with those on record
	@$(BIN)/python -m tests.bench.instructions

perf-record: kernels ## Put the kernels' instructions on record
	@$(BIN)/python -m tests.bench.instructions --record

kernels: setup
	@command -v valgrind >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing valgrind from Debian's packages"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq valgrind >/dev/null; \
	  else echo "perf-guard needs valgrind: install the package 'valgrind' (apt-get install valgrind, as root)"; exit 1; fi; }
	@cargo build --quiet --release -p liqheat-core --example kernels

bench-simulator: setup ## Time the simulator
	$(BIN)/python -m tests.bench.simulator

bench-prototype: setup ## Time the book engine beside the numba prototype of the shared folder
	$(BIN)/python -m tests.bench.prototype

bench-chart: setup browser ## Time the chart in Chromium beside an empty one
	$(BIN)/python -m tests.bench.chart

wheel: setup ## Build the wheel and the sdist into dist/
	@rm -rf dist
	$(BIN)/maturin build --release --sdist --out dist

clean: ## Remove everything that was built or installed
	rm -rf $(VENV) target dist .cache .pytest_cache .hypothesis .mypy_cache .ruff_cache $(STATIC) $(PUBLISHED) web/node_modules web/dist web/dist-lib
	rm -f python/liqheat/_core*.so
