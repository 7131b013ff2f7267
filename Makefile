# SPDX-License-Identifier: Apache-2.0
# What people do here, in one place; `make help` lists it. Each target works as the first command in a fresh checkout.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
DATA ?= data
VENV := build/venv
SOURCES = $(shell git ls-files 'src/*.cc' 'src/*.h' 'fuzz/*.cc' 'fuzz/*.h')

.DEFAULT_GOAL := help
.PHONY: demo test unit e2e build run fmt lint bench fuzz clean help deps venv

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## a running house from nothing: build, start on :8000, send sample data, show what came back, keep serving
	@scripts/install-deps --demo
	@scripts/demo

build: deps ## build/release/boathouse and its worker
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target boathouse boathouse-worker

test: unit e2e ## everything: unit tests, then tests through the doors of a running server

unit: deps ## the unit tests beside the code
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS)
	@ctest --preset release -j $(JOBS)

e2e: build venv ## the tests under tests/ and of sdk/python, against a running server; ARGS="-k name" picks some
	@cmake --build --preset release -j $(JOBS) --target iceberg_test # tests/iceberg/test_oracle.py asks it
	@$(VENV)/bin/pytest -c tests/pytest.ini --rootdir . tests sdk/python/tests $(ARGS)

run: build ## serve ./data on 127.0.0.1:8000 (DATA=dir for another folder)
	@build/release/boathouse serve --data $(DATA)

fmt: deps ## lay the C++ out as .clang-format says
	@clang-format-14 -i $(SOURCES)

lint: deps ## layout, clang-tidy, include directions, house rules
	@scripts/lint

bench: build venv ## measure against DuckDB, pyarrow and others on this machine, write bench/RESULTS.md
	@scripts/test-venv --bench
	@$(VENV)/bin/python -m bench

fuzz: deps ## libFuzzer targets over every reader of foreign bytes, FUZZ_SECONDS=60 each (fuzz/)
	@scripts/fuzz $(ARGS)

clean: ## remove what was built (not the fetched dependencies, not data)
	@rm -rf build/release build/debug build/asan build/tsan build/fuzz

deps:
	@scripts/install-deps

venv: deps
	@scripts/test-venv
