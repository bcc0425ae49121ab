GO           ?= go
LINT_VERSION := v2.15.0
LINT         := .cache/golangci-lint/$(LINT_VERSION)/golangci-lint
GOTESTSUM_VERSION := v1.13.0
GOTESTSUM         := .cache/gotestsum/$(GOTESTSUM_VERSION)/gotestsum
DEADCODE_VERSION  := v0.51.0
DEADCODE          := .cache/deadcode/$(DEADCODE_VERSION)/deadcode
FUZZTIME     ?= 20s

# Building, linting and testing take a sixth less when the collector runs seldom.
export GOGC ?= 400

VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build the program and serve, on SQLite; targets may be on this machine
	bin/comity serve --allow-private-targets

.PHONY: build
build: ## bin/comity, with its version stamped in
	$(GO) build -ldflags '-X main.version=$(VERSION)' -o bin/comity ./cmd/comity

.PHONY: test
test: test-deps $(GOTESTSUM) ## all tests, on SQLite and PostgreSQL; PACKAGES and TESTFLAGS name some
	@GO='$(GO)' GOTESTSUM='$(GOTESTSUM)' TESTFLAGS='$(TESTFLAGS)' tools/test $(PACKAGES)

.PHONY: check
check: lint deadcode layering tidy test ## what has to pass before a change goes in

.PHONY: lint
lint: $(LINT) ## the linters of .golangci.yml
	$(LINT) run

.PHONY: deadcode
deadcode: $(DEADCODE) ## functions that neither the program nor a test reaches
	@found=$$($(DEADCODE) -test ./...) || exit 1; [ -z "$$found" ] || { echo "$$found"; exit 1; }

.PHONY: fmt
fmt: $(LINT) ## format all code
	$(LINT) fmt

.PHONY: layering
layering: ## which package imports which
	$(GO) test -count=1 ./internal/layering

.PHONY: facts
facts: ## the size of each package
	@GO='$(GO)' tools/facts

.PHONY: tidy
tidy: ## whether go.mod and go.sum say what the code needs
	$(GO) mod tidy -diff

.PHONY: bench
bench: test-deps ## how fast it is; ARGS go to ./e2e/bench, SIZE people are in the larger registry (1000000)
	$(GO) run ./e2e/bench $(if $(SIZE),-size $(SIZE)) $(ARGS)

.PHONY: screenshots
screenshots: test-deps ## the pictures of docs/console.md, anew
	COMITY_PICTURES='$(CURDIR)/docs/console' $(GO) test -count=1 -run TestPictures ./e2e/browser

.PHONY: fuzz
fuzz: test-deps ## every fuzz target for FUZZTIME (20s)
	GO='$(GO)' tools/fuzz $(FUZZTIME)

.PHONY: soak
soak: test-deps ## the long run: fuzz 10 minutes each, then the tests at length (COMITY_SOAK=1)
	GO='$(GO)' tools/fuzz 10m
	COMITY_SOAK=1 $(GO) test -count=1 -timeout 3h ./...

.PHONY: test-deps
test-deps: ## install what the tests need besides Go
	@tools/test-deps

.PHONY: clean
clean: ## remove what was built; the tools stay, they take minutes
	rm -rf bin

# In modules of their own, so that their dependencies are not ours; a new version gets a
# new folder and so is built.
$(GOTESTSUM):
	GOBIN='$(CURDIR)/$(@D)' $(GO) install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)

$(LINT):
	GOBIN='$(CURDIR)/$(@D)' $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(DEADCODE):
	GOBIN='$(CURDIR)/$(@D)' $(GO) install golang.org/x/tools/cmd/deadcode@$(DEADCODE_VERSION)
