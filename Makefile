# Every target prepares what it needs by itself; `python3` of version 3.11 or newer is enough.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint format bench policy screenshots

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

run: ## start everything on this machine; Ctrl-C stops it, the data is kept
	@exec $(PYTHON) bootstrap.py run

test: ## all checks and all tests, with their own set-up
	@exec $(PYTHON) bootstrap.py test $(ARGS)

test-fast: ## the tests that take under a minute
	@exec $(PYTHON) bootstrap.py test-fast $(ARGS)

lint: ## style, types, the rooms' contracts, the templates and the migrations
	@exec $(PYTHON) bootstrap.py lint

format: ## write the code in the one style
	@exec $(PYTHON) bootstrap.py format

bench: ## measure every claim, or one with NAME=x
	@exec $(PYTHON) bootstrap.py bench $(NAME)

policy: ## ask who may do what in every cell of the matrix, and break the definition everywhere once
	@exec $(PYTHON) bootstrap.py policy

screenshots: ## take the pictures of the main pages anew, into docs/images
	@exec $(PYTHON) bootstrap.py screenshots
