"""`python -m qtm.postgres exec` runs a command beside an embedded database; `… sql` prints how to make one on a real server."""

import argparse
import os
import sys
from pathlib import Path

from qtm.postgres.cluster import Cluster
from qtm.postgres.roles import DATABASE, script
from qtm.processes import VAR, Stopped, Unready, attend, stoppable


def execute(cluster: Cluster, command: list[str]) -> int:
    """Run a command beside the cluster, with its addresses, and give back how it ended."""
    with stoppable(), cluster:
        addresses = {**cluster.urls(), "DATABASE_ADMIN_URL": cluster.admin_url()}
        return attend(command, {**os.environ, **addresses})


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(prog="python -m qtm.postgres", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    runs = verbs.add_parser("exec")
    runs.add_argument("--folder", type=Path, default=VAR / "postgres")
    runs.add_argument(
        "--fast", action="store_true", help="for tests: quick, and worth nothing after a crash of the machine"
    )
    runs.add_argument("command", nargs="+")
    prints = verbs.add_parser("sql")
    prints.add_argument("--database", default=DATABASE)
    prints.add_argument("--host", default="HOST:5432")
    return parser.parse_args()


def main() -> int:
    """Do what was asked; whatever is in the way is one sentence."""
    asked = arguments()
    if asked.verb == "sql":
        print(script(asked.database, asked.host))
        return 0
    try:
        return execute(Cluster(asked.folder, durable=not asked.fast), asked.command)
    except Stopped as stopped:
        return stopped.status
    except FileNotFoundError as error:
        print(f"QTM OS: {error.filename} was not found.", file=sys.stderr)
    except Unready as refusal:
        print(f"QTM OS: {refusal}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
