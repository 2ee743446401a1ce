# make run    everything, from a fresh clone to a served page      make test   everything that is checked
# make check  the quick checks only                                make bench  how fast it is
# make prove  what takes too long for each time, in full: killed a hundred times, every byte flipped
# make attacks   every attack by everybody, and the page that says what came of it (docs/attacks.md) made anew
# make manage do="import_requests FILE"   one management command on the database that `make run` uses

python := .venv/bin/python

.PHONY: run test check bench prove attacks manage setup
.SILENT:

run:
	sh .ci/python -m qtm.address
	sh .ci/python .ci/environment.py
	exec $(python) -m qtm.run --with-parent

test: setup
	exec $(python) -m qtm.postgres exec --folder var/pg-test --fast -- $(python) .ci/checks.py

check: setup
	exec $(python) .ci/checks.py --quick

bench: setup
	exec $(python) -m qtm.postgres exec --folder var/pg-bench -- $(python) -m tests.bench

prove: setup
	exec $(python) -m qtm.postgres exec --folder var/pg-test --fast -- $(python) .ci/checks.py --prove

attacks: setup
	exec $(python) -m qtm.postgres exec --folder var/pg-test --fast -- $(python) .ci/checks.py --attacks

manage: setup
	exec $(python) -m qtm.run manage $(do)

setup:
	sh .ci/python .ci/environment.py
