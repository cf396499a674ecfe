# Every target makes the environment that it needs; only `make setup` installs anything outside of it.
# VENV=DIR uses another environment than .venv.
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(BIN)/.ready
LEARNS := $(BIN)/.ready-to-learn
# nbgrader starts alembic and jupyter by name, so the environment's bin must be on the path.
export PATH := $(abspath $(BIN)):$(PATH)
LEARNERS ?= 24
# program=package: what grading needs of Debian, and what the tests need.
DEBIAN_GRADE := bwrap=bubblewrap
DEBIAN := $(DEBIAN_GRADE) chromium=chromium node=nodejs npm=npm pg_ctlcluster=postgresql

.PHONY: help
help:                   ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

$(READY): requirements.txt requirements-cluster.txt requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -e .
	touch $@

# A learner needs neither linters nor browsers. The first time is told, and shows how far it is.
$(LEARNS): requirements-learn.txt requirements.txt pyproject.toml
	@test -x $(BIN)/jupyter || echo "The first time, what is needed is installed: about 1.1 GB, two to ten minutes."
	test -x $(BIN)/python || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c requirements.txt -e '.[learn]'
	touch $@

# What it may not install, it says; who only learns can do without.
.PHONY: setup
setup: $(READY)         ## make the environment, install Debian packages for grading and tests
	@scripts/debian-packages --install $(DEBIAN) || true

.PHONY: release
release: $(READY)       ## make release/ from source/
	chainrule release

# The gradebook is older than an exercise that was edited since, so it is released again.
gradebook.db: $(shell find source -type f) nbgrader_config.py | $(READY)
	chainrule release
	touch $@

.PHONY: grade
grade: $(READY) debian-grade gradebook.db ## grade the class in submitted/, or a made-up one
	test -d submitted || chainrule sample-class --learners $(LEARNERS)
	chainrule grade
	nbgrader generate_feedback --assignment='*' --log-level=WARN

.PHONY: samples
samples: $(READY) debian-grade ## grade the two sample learners that are kept in git
	chainrule samples

# Learners see neither Formgrader nor Create Assignment there.
.PHONY: lab
lab: $(LEARNS)          ## JupyterLab for learners, on copies of the releases in work/
	scripts/learner-lab/start $(LAB)

.PHONY: lab-instructor
lab-instructor: $(READY) gradebook.db ## JupyterLab on the course, with Formgrader
	mkdir -p exchange
	jupyter lab $(LAB)

# Voilà reads voila.json where it is started.
.PHONY: demo
demo: $(READY)          ## the explorer alone on the screen, for a projector (docs/classroom.md)
	cd demo && voila classroom.ipynb $(VOILA)

.PHONY: page
page: $(READY)          ## make docs/explorer.html, the explorer as one file
	python -m chainrule.explorer docs/explorer.html

.PHONY: pictures
pictures: $(READY) debian ## make the pictures of README and docs
	python scripts/pictures.py
	python -m scripts.diagrams

.PHONY: rooms
rooms: $(READY)         ## draw docs/images/rooms.svg, the package by its imports
	python -m scripts.rooms

# The theme would warn of a version of mkdocs that is not the one of requirements-dev.txt.
.PHONY: visible
visible: $(READY)       ## write the visible cases of this course, so that checks need no torch
	python -m chainrule.checks.to_release

.PHONY: docs
docs: $(READY)          ## the guides and the reference as a site, in site/
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet

.PHONY: check
check: $(READY)         ## format, lint, types, stale files: what CI runs before the tests
	ruff format --check .
	ruff check .
	mypy
	chainrule release --check

.PHONY: test
test: $(READY) debian   ## the tests
	pytest -n logical --dist loadfile -m "not long"

.PHONY: test-all
test-all: $(READY) debian ## the tests, those that take minutes too
	pytest -n logical --dist loadfile

.PHONY: coverage
coverage: $(READY) debian ## the tests, and how much of the package they reach
	coverage erase
	coverage run -m pytest -m "not long" $(TESTS)
	coverage report

.PHONY: mistakes
mistakes: $(READY)      ## the catalogue: what each mistake costs, and whether the checks name it
	python -m tests.support.outcomes

.PHONY: bench
bench: $(READY) debian  ## how fast things are, each figure beside its limit
	for one in checks explorer feedback grade; do \
		echo; echo $$one; python benchmarks/$$one.py || exit 1; done

.PHONY: figures
figures: $(READY)       ## write the README's table of figures from what make bench measured
	python benchmarks/figures.py

.PHONY: wheel
wheel: $(READY)         ## the package as a wheel, in dist/
	python -m build --outdir dist

.PHONY: debian debian-grade
debian:
	@scripts/debian-packages $(DEBIAN)
debian-grade:
	@scripts/debian-packages $(DEBIAN_GRADE)
