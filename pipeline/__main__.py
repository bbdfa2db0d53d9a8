"""The command line: python -m pipeline COMMAND."""

import argparse
import sys

from pipeline.errors import InputError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Maps of high-dimensional data.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say what is wrong in params.yaml, what would run, and which versions drifted")
    parser.parse_args()
    try:
        from pipeline import check

        check.main()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
