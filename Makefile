# Two commands matter: `make up` and `make test`. Both set up everything they need.
export PORT ?= 8000
export DATA ?= ./var
export ENGINE_PORT ?= 5005
export ACTIONS_PORT ?= 5055

RUN = python3 -m uv run --no-sync

.PHONY: up test pictures train fmt lint types floors bench bench-ledger bench-takeover bench-turn bench-routing bench-assign bench-understanding bench-heldout bench-chaos bench-fuzz

up: export DEMO := $(or $(DEMO),1)
up: ## set up, run, say where it is
	@python3 -m deploy.up

test: ## set up, run all tests
	@python3 -m deploy.test

train: ## train the engine's model if its data changed
	@python3 -m deploy.train

fmt: ## format
	@$(RUN) ruff format . && $(RUN) ruff check --fix .

lint: ## style, both environments' code
	@$(RUN) ruff format --check . && $(RUN) ruff check .

types: ## mypy, strict
	@$(RUN) mypy

floors: ## a floor imports only from lower floors
	@$(RUN) lint-imports

pictures: ## take the documentation's screenshots anew
	@PICTURES=docs/pictures $(RUN) pytest -q tests/browser/test_whole_story.py

bench: bench-ledger bench-takeover bench-turn bench-routing bench-assign ## every proof, small

bench-ledger: ## N messages over sockets that are cut, center killed twice
	@$(RUN) python -m bench.ledger --messages $(or $(N),200)

bench-takeover: ## N races between a bot's reply and an agent's takeover
	@$(RUN) python -m bench.takeover --races $(or $(N),500)

bench-chaos: ## N kills of actions or center in the middle of a paying transaction
	@$(RUN) python -m bench.kills --kills $(or $(N),6)

bench-fuzz: ## N generated amounts, dates, names and shares; forged identities
	@$(RUN) python -m bench.fuzz --examples $(or $(N),1000)

bench-routing: ## a day of routing on a virtual clock, and a steady queue beside Erlang A
	@$(RUN) python -m bench.routing --conversations $(or $(N),600)

bench-assign: ## N races of agents, customers and dispatchers at one queue (DATABASE_URL for PostgreSQL)
	@$(RUN) python -m bench.assign --races $(or $(N),600)

bench-understanding: ## intents: our data, CLINC150, BANKING77 (folders in BENCHMARK_DATA)
	@bot/engine/.venv/bin/python -m bench.understanding

bench-heldout: ## the trained model on utterances nobody trained on
	@bot/engine/.venv/bin/python -m bench.heldout

bench-turn: ## ours against plain Rasa, side by side
	@$(RUN) python -m bench.turn --utterances $(or $(N),200)
