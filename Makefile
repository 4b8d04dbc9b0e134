# Everything a person or a CI runs. Each target sets up what it needs; nothing is installed outside this folder.
#
#   make demo    the main job, narrated: plan, review, apply, destroy, on an emulated AWS account
#   make demo ARGS="--provider gcp"   the same on GCP, or azure, by schema-checked offline stand-ins
#   make up      start the embedded stack and keep it up; prints its address and a sign-in token
#   make invoke EVENT=events/workflow/reconcile.json   call one function with a sample event
#   make smoke IDENTITY=…   prove a deployment with a throw-away spec: plan, review, apply, destroy
#   make image   the runner's container image for both platforms, by Docker or buildah (docs/runner-image.md)
#   make synth   every stack, judged by cdk-nag and cfn-lint; no AWS account (DEPLOYMENT=my.json: yours)
#   make deploy DEPLOYMENT=my.json   the control plane into the AWS account of your credentials
#   make test    every check and every test, with real terraform
#   make test-image   the runner's image, really built and tested inside (root and apt)
#   make check   ruff, mypy, import rules, unit tests: under a minute
#   make bench   measured speed, as a table
#   make lock    resolve the dependency groups of pyproject.toml anew
#   make provider-schemas   the provider schemas for the templates' offline check (docs/templates-offline.md)
#   make clean   remove what the targets made (not the stacks' data)

PYTHON ?= python3
ARGS ?=
EVENT ?=
DEPLOYMENT ?=
BIN := .venv/bin
SOURCES := app.py chalicelib runner_task alethia cdk scripts tests benchmarks

# Tests and the embedded stack start many Python programs: each compiles what none may keep.
export PYTHONDONTWRITEBYTECODE =

# The CDK's engine warns of Node's old versions; 20 is the oldest that we support.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 20

.PHONY: waiting computing test-image demo up smoke invoke image synth deploy test check lint unit bench lock provider-schemas clean local dev node terraform

demo: local
	@$(BIN)/python -m alethia demo $(ARGS)

up: local
	@$(BIN)/python -m alethia up $(ARGS)

invoke: local
	@$(BIN)/python -m alethia.embedded.invoke $(EVENT) $(ARGS)

smoke: local
	@$(BIN)/python -m alethia smoke $(if $(IDENTITY),--identity $(IDENTITY)) $(ARGS)

image:
	@$(PYTHON) scripts/image.py $(ARGS)

synth: dev node
	@$(BIN)/python -m cdk.synth $(DEPLOYMENT) $(ARGS)

deploy: dev node
	@$(BIN)/python -m cdk.deploy $(DEPLOYMENT) $(ARGS)

# Side by side, for two cores. Half of the tests mostly wait (for leases, for clouds, with the stacks' tests beside
# them); the checks and the tests that compute fill those gaps, and give way. Each part prints when it ends. Tests of one
# file, and files that share something costly (an embedded stack, a synthesis), share a worker (tests/support/together.py).
test:
	@$(MAKE) --no-print-directory -j2 dev node terraform
	@echo "All checks and tests, about a quarter of an hour on two cores; each part prints when it ends."
	@$(MAKE) --no-print-directory -j3 --output-sync=target waiting lint computing

waiting: dev node terraform
	$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder -m "not image" tests/e2e tests/infrastructure $(ARGS)

computing: dev node terraform
	nice -n 5 $(BIN)/python -m pytest -q -m "not e2e" --ignore tests/infrastructure -n 3 --dist loadfile $(ARGS)

# The runner's image, really built: two minutes that do not fit beside the rest.
test-image: dev
	$(BIN)/python -m pytest -q -m image tests/infrastructure $(ARGS)

check: lint unit

lint: dev
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: dev node terraform
	$(BIN)/python -m pytest -q tests/unit $(ARGS)

bench: dev
	$(BIN)/python -m benchmarks $(ARGS)

lock:
	$(PYTHON) scripts/lock.py

provider-schemas:
	$(PYTHON) scripts/provider_schemas.py $(ARGS)

clean:
	rm -rf .venv node_modules cdk.out .alethia/lambda .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What the targets stand on. Each is quick when there is nothing to do.

local:
	@$(PYTHON) scripts/environment.py local
	@$(PYTHON) scripts/terraform.py > /dev/null

dev:
	@$(PYTHON) scripts/environment.py dev

node:
	@$(PYTHON) scripts/node.py

terraform:
	@$(PYTHON) scripts/terraform.py > /dev/null
