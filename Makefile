# seismo's doors for those who work on it. `make help` lists them.
GO      ?= go
BIN     := .cache/bin
LINT    := $(BIN)/golangci-lint
LINT_V  := v2.15.0
TEST    ?= ./...
FLAGS   ?=

help: ## List the targets
	@awk -F': ## ' '/^[a-z-]+: ## /{printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Show a simulated month in the browser
	$(GO) run ./cmd/seismo demo

test: ## Run every test that needs no other service
	$(GO) test $(FLAGS) $(TEST)

fuzz: ## Run every fuzz target for a bounded number of inputs
	./test/fuzz.sh

test-aws: ## Run the tests against moto, an emulator of AWS; needs python3 with venv, and Debian's awscli
	GO="$(GO)" ./test/aws/run.sh

templates: ## Hold the CloudFormation templates against their resources' schemas; needs python3 with venv
	GO="$(GO)" ./test/templates.sh

terraform: ## Hold the Terraform module against the AWS provider's schemas; needs python3 with venv; TOFU=build to run validate too
	GO="$(GO)" TOFU="$(TOFU)" REGISTRY="$(REGISTRY)" ./test/terraform/run.sh

release: ## Build what is released into dist, as far as there are C compilers
	./release/build.sh

torture: ## Kill ingests and collections 1,000 times each and break off every change of an account at every call; nothing is lost, doubled or left
	SEISMO_KILLS=1000 $(GO) test -count=1 -timeout 90m -parallel 8 -run Kill ./internal/store/duckdb ./test

lint: $(LINT) ## Check form, doubtful code and the house's rules
	$(LINT) run ./...

$(LINT):
	GOBIN=$(CURDIR)/$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_V)

gen: ## Write the generated pages again
	$(GO) run ./cmd/seismo docs --write docs/reference

bench: ## Measure decode, normalize, ingest, report and search beside DuckDB's own reader
	$(GO) run ./test/bench $(ARGS)

.PHONY: help run test test-aws templates terraform release fuzz torture lint gen bench
