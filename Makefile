# Two commands matter: `make up` and `make test`. Both set up everything they need.
export PORT ?= 8000
export DATA ?= ./var
export ENGINE_PORT ?= 5005
export ACTIONS_PORT ?= 5055

RUN = python3 -m uv run --no-sync

.PHONY: up test test-voice-unit pictures train models promote rollback shadow reviewed drift data-check fmt lint types floors bench bench-ledger bench-takeover bench-turn bench-understanding bench-heldout bench-retrieval eval bench-chaos bench-fuzz bench-routing bench-assign bench-console speech-model bench-hearing bench-barge-in bench-numbers bench-free-speech bench-call bench-calls

up: export DEMO := $(or $(DEMO),1)
up: ## set up, run, say where it is
	@python3 -m deploy.up

test: ## set up, run all tests
	@python3 -m deploy.test

# Faker's plugin is not needed, and slow to import.
test-voice-unit: ## the voice without processes, sockets and real time, in seconds
	@$(RUN) pytest -q -p no:faker -m unit tests/voice

train: ## train a candidate if its data changed; it serves if it does not lose (HOLD=1: it waits)
	@python3 -m deploy.train

speech-model: ## our own Vosk model from synthesised speech, in DATA/speech_model (CLIPS, TAKES, STEPS: larger)
	@python3 -m deploy.speech_model $(if $(CLIPS),--clips $(CLIPS)) $(if $(TAKES),--takes $(TAKES)) $(if $(STEPS),--steps $(STEPS))

models: ## every model: which one serves, what became of the others, and why
	@bot/engine/.venv/bin/python -m bot.engine.models list

promote: ## put a waiting candidate in service, if it still does not lose (NAME=...)
	@bot/engine/.venv/bin/python -m bot.engine.models promote $(NAME)

rollback: ## back to the model that served before (WHY="...")
	@bot/engine/.venv/bin/python -m bot.engine.models rollback --why "$(or $(WHY),rolled back)"

shadow: ## a waiting candidate hears real turns and is compared (DAYS=7 recorded ones first); it never speaks
	@python3 -m deploy.shadow $(NAME)

reviewed: ## what reviewers decided, as files to read and merge
	@$(RUN) python -m actions.learning.exporting

drift: ## this week's talk beside the weeks before, and what is not understood
	@$(RUN) python -m actions.learning.weekly

data-check: ## are the training examples fit to learn from
	@$(RUN) python -m bench.data_check

fmt: ## format
	@$(RUN) ruff format . && $(RUN) ruff check --fix .

lint: ## style, both environments' code
	@$(RUN) ruff format --check . && $(RUN) ruff check .

types: ## mypy, strict
	@$(RUN) mypy

floors: ## a floor imports only from lower floors
	@$(RUN) lint-imports

pictures: ## take the documentation's screenshots anew
	@PICTURES=docs/pictures $(RUN) pytest -q tests/browser/test_whole_story.py tests/browser/test_console_story.py

bench: bench-ledger bench-takeover bench-turn bench-routing bench-assign bench-console ## every proof, small

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
	@bot/engine/.venv/bin/python -m bench.understanding $(if $(BENCHMARK_DATA),--full)

eval: ## all of understanding measured, with plots in DATA/evaluation (BENCHMARK_DATA: public sets too)
	@$(RUN) python -m bench.evaluation $(if $(ABLATION),--ablation)

bench-console: ## N open chats and CONSOLES open consoles: words to customers, offers to agents, memory
	@$(RUN) python -m bench.console --chats $(or $(N),100) --consoles $(or $(CONSOLES),10) --seconds $(or $(SECONDS),15)

bench-heldout: ## the trained model on utterances nobody trained on
	@bot/engine/.venv/bin/python -m bench.heldout

bench-retrieval: ## articles against questions nobody saw, and questions that none answers
	@$(RUN) python -m bench.retrieval

bench-hearing: ## word errors: our Vosk model on unseen voices, pocketsphinx on people (digits in BENCHMARK_DATA)
	@$(RUN) python -m bench.hearing

bench-turn: ## ours against plain Rasa, side by side
	@$(RUN) python -m bench.turn --utterances $(or $(N),200)

bench-call: ## a whole call with real audio: status, knowledge check, claim, transfer; WAV in DATA/calls
	@$(RUN) python -m bench.call

bench-calls: ## calls at a time (LEVELS=1,2,4) and one after another (N=20), per recogniser (RECOGNIZERS=pocketsphinx,vosk)
	@$(RUN) python -m bench.calls --levels $(or $(LEVELS),1,2,4) --sequence $(or $(N),20) --recognizers $(or $(RECOGNIZERS),pocketsphinx)

bench-free-speech: ## words misheard in free sentences and answers, three synthetic voices (N=25 sentences each)
	@$(RUN) python -m bench.free_speech --sentences $(or $(N),25)

bench-numbers: ## policy numbers in people's voices: heard, read back, keyed where need be (N=40 each; BENCHMARK_DATA)
	@$(RUN) python -m bench.numbers --dialogues $(or $(N),40)

bench-barge-in: ## who stops the bot while it speaks: callers, and no cough, echo or "mhm" (DETAILS=1: every case)
	@$(RUN) python -m bench.barge_in $(if $(DETAILS),--details)
