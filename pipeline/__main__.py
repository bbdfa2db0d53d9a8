"""The command line: python -m pipeline COMMAND."""

import argparse
import os
import sys

from pipeline import commands
from pipeline.runtime import exits

STATUSES = (
    "Exit status: 0 fine; 1 diff --gate or reproduces found a difference; 2 something that you can fix, named in one line;"
    " 3 diff --gate of runs that are not comparable; 70 a bug in Codescape; 130 interrupted; 141 the output was closed early."
)


def parser(words: list[str]) -> argparse.ArgumentParser:
    """Knows every command's name and purpose, and the arguments of those that `words` name: only these are imported."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="Maps of high-dimensional data, and what they get wrong.",
        epilog=STATUSES,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in commands.purposes().items():
        subparser = subparsers.add_parser(name, help=purpose, description=purpose)
        if name in words:
            commands.load(name).add_arguments(subparser)
    for each in (parser, *subparsers.choices.values()):  # before the command's name or after it
        each.add_argument(
            "-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="show the traceback of a failure"
        )
    return parser


def main() -> int:
    words = sys.argv[1:]
    for old, new in commands.RENAMED.items():
        if old in words[:1]:
            print(f"{old} is now called {new}. Run: python -m pipeline {new}", file=sys.stderr)
            return exits.FIXABLE
    options = vars(parser(words).parse_args(words))
    name = options.pop("command")
    if options.pop("verbose", False):
        os.environ[exits.VERBOSE] = "1"
    return exits.status_of(name, lambda: commands.load(name).main(**options))


if __name__ == "__main__":
    sys.exit(main())
