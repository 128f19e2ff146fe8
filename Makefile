# Needs a Python 3.11 or later with venv; the rest is fetched into .venv, locked by hash.
#   make demo     sample workspace, everything running; Ctrl-C ends it    (DEMO_SECONDS=60 stops by itself)
#   make test     everything the tests need, then pytest                  (ARGS="tests/gate -k law")
#   make lint     ruff, mypy, lock files, migrations
#   make bench    every figure beside its peer and its limit
#   make up       run what is configured in .env or the environment       (ARGS="--port 9000")
#   make secret   print keys for .env
#   make lock     lock requirements/*.in again
#   make clean    remove what make made; the data in .data stays

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; \
	done || echo python3)
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench lock secret up clean install install-dev

help:
	@sed -n 's/^#   //p' Makefile

install:
	@"$(PYTHON)" requirements/install.py base

install-dev:
	@"$(PYTHON)" requirements/install.py dev

# Keys of this installation, made once. .env.example lists what else may stand there.
.env: | install
	@umask 077 && $(BIN)/python -m config.secret > .env.new && mv .env.new .env

demo: install .env
	@$(BIN)/python manage.py demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS)) $(ARGS)

up: install .env
	@$(BIN)/python manage.py up $(ARGS)

test: export DEBUG = true
test: install-dev
	@requirements/system.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

lint: export DEBUG = true
lint: install-dev
	@$(BIN)/python requirements/check.py
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run

bench: export DEBUG = false
bench: install-dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

secret: install
	@$(BIN)/python -m config.secret

lock: install-dev
	@cd requirements && for name in uv base dev; do \
		"../$(BIN)/uv" pip compile --no-config --no-header --quiet --universal \
			--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
			"$$name.in" -o "$$name.txt" || exit 1; \
	done
	@$(BIN)/python requirements/check.py

clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m config.embedded_end || true; fi
	@rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
