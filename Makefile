# `make demo` shows what Kerascope does; `make test` proves it. Both do all set-up. Plain enough for the make of macOS (3.81).
SHELL = /bin/sh
VENV ?= .venv
BIN = $(VENV)/bin
# Two processes share the tests; timed ones (make bench) always run alone. One that dies ends the run: restarted, it would
# wait for ever for the rest of its room.
SIDE_BY_SIDE ?= --numprocesses 2 --max-worker-restart 0
DEMO ?= kerascope-demo
export VENV
# Compiled tests are kept from run to run, also where Python is told not to: compiling them takes longer than many a test.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test suite thorough setup lint fast blender bench zoo figures pictures page fonts lock clean

help:
	@echo 'make demo       set up, train a small network, export, attack and record it, open the window'
	@echo 'make test       set up, then lint, types, import law and all tests'
	@echo 'make setup      set up for development only'
	@echo 'make lint       ruff, mypy, import-linter'
	@echo 'make fast       the tests that need neither a GL driver nor TensorFlow'
	@echo 'make blender    install Blender as a Python module too (400 MB), for the tests that open our files with it'
	@echo 'make thorough   all tests, those too that take long and guard what hardly changes (kills, peers, published models)'
	@echo 'make bench      benchmarks, each against a peer or a floor'
	@echo 'make zoo        export and draw every model there is (hours); ONLY=PATTERN: some of them'
	@echo 'make figures    measure what the pages on importance and bundling show: pruning, time (10 minutes)'
	@echo 'make pictures   record the pictures of the README again'
	@echo 'make page       build the script of the web page (scenes/web/page.js) from its sources'
	@echo 'make fonts      cut the Chinese letters that ship (viewer/fonts) out of the whole font'
	@echo 'make lock       choose the newest versions that setup.cfg allows and lock them'
	@echo 'make clean      remove what was built (not $(VENV), not $(DEMO))'

demo: $(VENV)/.ready-demo
	$(BIN)/kerascope demo --out $(DEMO) --overwrite

# With `make -j 2 test` types are checked while the tests run.
test: lint suite

suite: setup
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

setup: $(VENV)/.ready-dev

# The stamps make a second run instant; a change of the dependencies renews them.
$(VENV)/.ready-%: setup.cfg requirements.lock .ci/setup
	.ci/setup $*
	@touch $@

# Development needs the Node packages of the web page too.
$(VENV)/.ready-dev: scenes/web/package-lock.json

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

thorough: setup
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --thorough

fast: setup
	$(BIN)/python -m pytest -m 'not gl and not tf and not slow' --hypothesis-profile fast $(SIDE_BY_SIDE)

blender: setup
	.ci/blender

bench: setup
	$(BIN)/python -m pytest tests/bench --override-ini 'addopts=--import-mode=importlib -p no:pytest-qt' --benchmark-only

zoo: setup
	$(BIN)/python tests/bench/zoo_table.py $(if $(ONLY),--only '$(ONLY)')

figures: setup
	PYTHONPATH=. $(BIN)/python tests/support/pruning_proof.py
	$(BIN)/python tests/support/bundling_sweep.py

pictures: blender
	test -d $(DEMO)/mnist.bundle || $(BIN)/kerascope demo --out $(DEMO) --overwrite --no-window
	mkdir -p scenes/pictures
	for scene in training flow adversarial; do \
		$(BIN)/kerascope record $(DEMO)/mnist.bundle --scene $$scene --size 800x450 --fps 20 \
			--out scenes/pictures/$$scene.gif --overwrite || exit 1; \
	done
	# Here everything moves in every frame: smaller, so that it keeps all its colours.
	$(BIN)/kerascope record $(DEMO)/mnist.bundle --scene structure --size 640x360 --fps 14 \
		--out scenes/pictures/structure.gif --overwrite
	$(BIN)/kerascope record $(DEMO)/mnist.bundle --scene sculpture --classes 0 3 7 --size 640x360 --fps 10 \
		--out scenes/pictures/sculpture.gif --overwrite
	PYTHONPATH=. $(BIN)/python tests/support/dense_digits.py $(DEMO)/digits.bundle
	$(BIN)/kerascope frame $(DEMO)/digits.bundle --scene sculpture --at-secs 0 --size 1280x720 \
		--out scenes/pictures/cables.png --overwrite
	# A network of ImageNet that takes a cup of coffee for a telephone: what moved, and where it went.
	PYTHONPATH=. $(BIN)/python tests/support/photograph_attack.py $(DEMO)/photograph.bundle
	$(BIN)/kerascope record $(DEMO)/photograph.bundle --scene adversarial --fold all --layer fire5_concat --size 800x450 \
		--fps 12 --max-mb 3 --out scenes/pictures/photograph.gif --overwrite
	$(BIN)/kerascope frame $(DEMO)/photograph.bundle --scene adversarial --fold all --layer image --at-secs 11.5 \
		--size 1280x720 --out scenes/pictures/photograph.png --overwrite
	$(BIN)/kerascope record $(DEMO)/mnist.bundle --scene convolution --layer conv_2 --size 800x450 --fps 12 \
		--out scenes/pictures/convolution.gif --overwrite
	# A digit is drawn, and the network answers to each stroke.
	rm -rf $(DEMO)/drawn.bundle && cp -R $(DEMO)/mnist.bundle $(DEMO)/drawn.bundle
	$(BIN)/kerascope draw $(DEMO)/drawn.bundle --strokes tests/support/strokes/three.json --model $(DEMO)/demo.keras
	$(BIN)/kerascope record $(DEMO)/drawn.bundle --scene drawing --size 800x450 --fps 15 \
		--out scenes/pictures/drawing.gif --overwrite
	# The lesson's network is not ours: KERASCOPE_DATA is a folder with tiny_vgg, as CNN Explainer publishes it.
	test ! -d '$(KERASCOPE_DATA)/tiny_vgg' || \
		PYTHONPATH=. $(BIN)/python tests/support/lesson_commands.py '$(KERASCOPE_DATA)/tiny_vgg' scenes/pictures
	# Explanations and images of a network of ImageNet, as the page on them shows them: a quarter of an hour.
	PYTHONPATH=. $(BIN)/python tests/support/looking_commands.py scenes/pictures
	# What a survey of a data set tells, as the page on it shows: ten minutes.
	PYTHONPATH=. $(BIN)/python tests/support/learned_commands.py $(DEMO) scenes/pictures
	PYTHONPATH=. $(BIN)/python tests/support/survey_memory.py scenes/pictures/survey_memory.png
	# The window needs a screen: one without glass (Xvfb).
	PYTHONPATH=. $(BIN)/python tests/support/window_picture.py $(DEMO)/mnist.bundle scenes/pictures/window.png
	# The page needs a browser: Chromium without a head.
	$(BIN)/kerascope convert $(DEMO)/mnist.bundle --to html --out $(DEMO)/flow.html --overwrite
	$(BIN)/python tests/support/page_picture.py $(DEMO)/flow.html scenes/pictures/page.png
	# And what other programs make of it: Blender without a window.
	$(BIN)/kerascope convert $(DEMO)/mnist.bundle --to glb --scene adversarial --theme light --out $(DEMO)/attack.glb --overwrite
	$(VENV)/blender/bin/python tests/support/blender_picture.py $(DEMO)/attack.glb scenes/pictures/blender.png 8

page: setup
	$(BIN)/node scenes/web/build.mjs

fonts: setup
	$(BIN)/python tests/support/chinese_font.py

lock: setup
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile setup.cfg --universal --upgrade --python-version 3.11 \
		--all-extras --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache .zoo tests/images/diff
