# Every command works from a clean clone with Python 3.11 alone: each depends on the environment it needs.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: install run test coverage quick lint format lock audit evaluate messages bench drill clean

# The locks name every package, so pip resolves nothing: given the chance, it takes an extra (coverage[toml]) that the
# lock has pinned for a newer release, and refuses that for having no hash. `pip check` proves the set whole.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

install: .venv/.installed

.venv/.installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(PY) $(INSTALL) -r requirements.lock
	$(PY) -m pip check --quiet
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(PY) $(INSTALL) -r requirements-dev.lock
	$(PY) -m pip check --quiet
	touch $@

# exec: Ctrl-C reaches `up` itself, which stops everything that it started.
run: .venv/.installed
	@exec $(PY) manage.py up

# Four workers for two cores: tests that start real servers and browsers wait half of the time. They start Python often:
# compiled files may be written, whatever the environment says.
test: .venv/.installed-dev
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 4 --dist loadscope --no-loadscope-reorder $(ARGS)

# The same, and which lines no test runs: an eighth longer.
coverage: .venv/.installed-dev
	$(MAKE) test ARGS="--cov --cov-report=term --cov-fail-under=90"

# While one works: no browser, no server but the suite's own, fewer examples of each property, nothing measured.
quick: .venv/.installed-dev
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not browser and not server" --hypothesis-profile=quick $(ARGS)

# Ratios measured in one run (docs/performance.md); ARGS=--fresh fills its database anew.
bench: .venv/.installed
	@exec $(PY) -m bench $(ARGS)

# Faults made against real processes (docs/operations.md); ARGS=--long makes all of them, many times.
drill: .venv/.installed
	@exec $(PY) -m drill $(ARGS)

lint: .venv/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(PY) -m mypy
	$(PY) -m djlint templates screens/templates --lint --quiet
	.venv/bin/oxlint --deny-warnings static templates tests/js
	$(PY) manage.py makemigrations --check --dry-run

format: .venv/.installed-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# The locks carry hashes and name no host. uv is needed only here.
lock:
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml -o requirements.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet --group audit -o requirements-audit.lock
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --quiet --group science -c requirements.lock -o requirements-science.lock

.venv/audit/.installed: requirements-audit.lock
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python $(INSTALL) -r requirements-audit.lock
	touch $@

# Not part of `test`: it asks the network. Exit code 2 (ops/audit.py): it could not ask.
audit: .venv/audit/.installed
	.venv/audit/bin/python -m ops.audit

.venv/science/.installed: requirements-science.lock
	$(PYTHON) -m venv .venv/science
	.venv/science/bin/python $(INSTALL) -r requirements-science.lock
	.venv/science/bin/python -m pip check --quiet
	touch $@

# Retention's learning beside scikit-learn and interpret-core, on the same rows; never installed for anything else.
# ARGS="--csv FILE --target COLUMN": a file too (ops/science.py).
evaluate: .venv/science/.installed
	@exec .venv/science/bin/python -m ops.science $(ARGS)

messages: .venv/.installed
	$(PY) manage.py messages
