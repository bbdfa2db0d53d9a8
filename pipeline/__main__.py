"""The command line: python -m pipeline COMMAND."""

import argparse
import sys

from pipeline.errors import InputError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Maps of high-dimensional data.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say what is wrong in params.yaml, what would run, and which versions drifted")
    commands.add_parser("clean", help="remove the results of encoders and maps that are no longer in params.yaml")
    command = parser.parse_args().command
    try:
        from pipeline import check

        check.clean() if command == "clean" else check.main()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
