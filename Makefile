# Every command of the house. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test prove bench lint fuzz golden tidy

ARGS ?=
FUZZTIME ?= 5s
NAME ?= $(shell date -u +%F)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## serve a demo desk on http://127.0.0.1:3000
	go run ./cmd/helpdesk serve --demo --db sqlite:helpdesk.db --data helpdesk-data --addr 127.0.0.1:3000

test: ## run all tests on SQLite and PostgreSQL; ARGS='-run X ./store/...' for some
	@.ci/test $(ARGS)

prove: ## run the tests at full size and keep what they say in docs/proof/NAME.txt
	@mkdir -p docs/proof
	@{ echo "commit $$(git rev-parse --short HEAD), $$(date -u +%FT%TZ), $$(go version), $$(getconf _NPROCESSORS_ONLN) CPUs"; \
		HELPDESK_PROVE=1 .ci/test -v -timeout 3h $(ARGS); } 2>&1 | \
		grep --line-buffered -Ev '^=== (RUN|PAUSE|CONT)' | tee docs/proof/$(NAME).txt

bench: ## run all benchmarks, PostgreSQL with fsync on; ARGS='-bench Inbound ./...' for some
	@.ci/test --durable -- go test -run '^$$' -timeout 2h $(or $(ARGS),-bench . ./...)

lint: ## vet, format, linters, go.mod, and nothing of one machine in the files
	@.ci/lint

fuzz: ## run every fuzz target for FUZZTIME (5s)
	@FUZZTIME=$(FUZZTIME) .ci/fuzz

golden: ## rewrite the golden files of the packages whose tests know -update
	@packages=$$(git grep -lE 'flag\.Bool\("update"' -- '*_test.go' | xargs -r -n 1 dirname | sort -u | sed 's|^|./|' || true); \
		if [ -z "$$packages" ]; then echo "golden: no test knows -update"; else .ci/test -- go test $$packages -count=1 -update; fi

tidy: ## format all Go files and tidy go.mod
	@.ci/tools
	go mod tidy
	.cache/bin/golangci-lint fmt ./...
