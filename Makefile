# Two commands do everything: `make month` runs the month on the sample, `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= reports/sample

.PHONY: month test lab bench docs pins clean

month: .venv/installed ## the month on data/sample
	$(BIN)/arkit month data/sample --as-of 2026-10-31 --out $(OUT) --replace

test: .venv/complete ## ruff, types, tests with doctests, notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb
	$(BIN)/basedpyright --level error
	$(BIN)/pytest -n 2

lab: .venv/installed ## JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

bench: .venv/complete ## timings beside plain pandas, printed as ratios
	$(BIN)/python benchmarks/month.py
	$(BIN)/python benchmarks/importing.py
	$(BIN)/python benchmarks/series.py
	$(BIN)/python benchmarks/deciding.py
	$(BIN)/python benchmarks/charts.py
	$(BIN)/python benchmarks/workbook.py
	$(BIN)/python benchmarks/book.py

docs: .venv/installed ## what is written from the code: tables, policy, accounting systems
	$(BIN)/python docs/write.py

pins: .venv/complete ## newest versions into constraints.txt; run the tests after it
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-header --no-annotate \
		pyproject.toml --group test --output-file constraints.txt

clean:
	rm -rf .venv reports .pytest_cache .ruff_cache .hypothesis build *.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "arkit needs Python 3.11 or newer; say: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/complete: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pinned]'
	@touch $@
