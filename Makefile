# Seriatim. `make` alone shows what there is; nothing but Python >= 3.11 and make is needed.
PYTHON ?= python3
PORT   ?= 8080
DATA   ?= .seriatim
CLOCK  ?= real
NOW    ?=
ROLE   ?= owner
CLIENT ?=
ONCE   ?=
t      ?= tests
MINUTES ?= 30
SEED   ?=
FAULT  ?=

VENV := .venv
RUN  := $(VENV)/bin/python
SET  := $(VENV)/.lock

.DEFAULT_GOAL := help
.PHONY: help setup environment run token demo test check fix bench rebuild lock schemathesis

help: ## Show this
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | \
		while IFS='|' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

setup: $(SET) ## Make the environment (every other command does so by itself)

$(SET): requirements.lock
	@cmp -s requirements.lock $(SET) && touch $(SET) || $(MAKE) --no-print-directory environment >&2

environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the environment in $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(RUN) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@cp requirements.lock $(SET)

run: $(SET) ## Run everything: PORT=8080 DATA=.seriatim CLOCK=real|simulated (NOW=… where a simulated clock starts)
	@exec $(RUN) -m deploy run --port "$(PORT)" --data "$(DATA)" --clock "$(CLOCK)" $(if $(NOW),--now "$(NOW)")

token: $(SET) ## Print a token for curl: ROLE=owner|front_desk|therapist|client DATA=.seriatim (CLIENT=… for a client)
	@$(RUN) -m deploy token --data "$(DATA)" --role "$(ROLE)" $(if $(CLIENT),--client "$(CLIENT)")

demo: $(SET) ## Tell a whole course of care on a simulated clock, then leave the pages up (ONCE=1: exit)
	@exec $(RUN) -m deploy.demo --port "$(PORT)" $(if $(ONCE),--once)

test: $(SET) ## Run all tests (t=tests/unit for some)
	@$(RUN) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(t)

check: $(SET) ## Look for faults without running: style, types, who may import whom
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports

fix: $(SET) ## Put right what a program can put right
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: $(SET) ## Measure speed and size: LINES="append_32 hop" for some; writes bench/results.json
	@$(RUN) -m bench $(LINES)

DO = $(RUN) -m deploy do --data "$(DATA)" --service

account: $(SET) ## Let a person sign in on the pages of the running stack: LOGIN=maria ROLE=owner DATA=.seriatim
	@$(DO) web account --login "$(LOGIN)" --role "$(ROLE)"

events: $(SET) ## Print a service's events: s=protocol (STREAM=course-<id> CLIENT=<id> FOLLOW=1)
	@$(DO) "$(s)" events $(if $(STREAM),--stream "$(STREAM)") $(if $(CLIENT),--client "$(CLIENT)") $(if $(FOLLOW),--follow)

retry: $(SET) ## Try a service's parked events again: s=notify
	@$(DO) "$(s)" retry

faults: $(SET) ## Break things at random under load and look whether anything was lost: MINUTES=30 SEED=… (FAULT=poison: one kind)
	@exec $(RUN) -m tests.faults --minutes "$(MINUTES)" $(if $(SEED),--seed "$(SEED)") $(if $(FAULT),--fault "$(FAULT)")

TRY := $(VENV)-schemathesis
schemathesis: $(SET) ## Try every address of a running stack by its OpenAPI: PORT=8080 DATA=.seriatim SEED=…
	@test -x $(TRY)/bin/schemathesis || { $(PYTHON) -m venv $(TRY) && \
		$(TRY)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r tests/schemathesis.lock; }
	@for service in records protocol scheduling notify; do \
		$(TRY)/bin/schemathesis run "http://127.0.0.1:$(PORT)/api/$$service/openapi.json" --continue-on-failure \
			-H "Authorization: Bearer $$($(RUN) -m deploy token --data "$(DATA)" --role owner)" \
			-c not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
			--phases coverage,fuzzing -n 25 --exclude-path-regex 'export|replies' $(if $(SEED),--seed "$(SEED)") || exit 1; \
	done

restored: $(SET) ## Say that a service's database was restored from a backup: s=records (SURE=1)
	@$(DO) "$(s)" restored $(if $(SURE),--sure)

rebuild: $(SET) ## Make a service's read models again from its events: s=scheduling DATA=.seriatim
	@$(DO) "$(s)" rebuild

PIN := uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header
lock: ## Pin the dependencies of pyproject.toml with their hashes (needs uv)
	$(PIN) --group local --group dev -o requirements.lock
	$(PIN) -c requirements.lock -o deploy/requirements.lock
	uv pip compile --group schemathesis -c requirements.lock --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-header -o tests/schemathesis.lock
