"""The command line: python -m pipeline COMMAND."""

import argparse
import sys

from pipeline.errors import InputError


def run(asked: argparse.Namespace) -> None:
    if asked.command == "evaluate":
        from pipeline import judge

        judge.main(asked.data, asked.map, asked.label, asked.k, asked.metric, asked.out)
    elif asked.command == "place":
        from pipeline import place

        place.main(asked.new, asked.map, asked.out, asked.page)
    elif asked.command == "export":
        from pipeline import export

        export.main(asked.to, asked.folder)
    else:
        from pipeline import check

        check.clean() if asked.command == "clean" else check.main()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Maps of high-dimensional data.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say what is wrong in params.yaml, what would run, and which versions drifted")
    commands.add_parser("clean", help="remove the results of encoders and maps that are no longer in params.yaml")
    evaluate = commands.add_parser("evaluate", help="measure what a map from anywhere gets wrong about its data")
    evaluate.add_argument("--data", required=True, help="a file or folder that `data.path` could name")
    evaluate.add_argument("--map", required=True, action="append", metavar="[NAME=]FILE",
                          help="a table of two columns, its rows those of the data, by id or in order; may come again")  # fmt: skip
    evaluate.add_argument("--label", help="the column of the data with the labels")
    evaluate.add_argument("--k", type=int, nargs="+", default=[15], help="neighborhood sizes (15)")
    evaluate.add_argument("--metric", choices=["euclidean", "cosine"], default="euclidean", help="of the data")
    evaluate.add_argument("--out", metavar="FILE.json", help="write the measures there, too")
    place = commands.add_parser("place", help="put new rows onto a map of the last run, which stays as it is")
    place.add_argument(
        "new", metavar="NEW", help="a file or folder that `data.path` could name, of the same columns or shape"
    )
    place.add_argument("--map", required=True, help="the map's name in params.yaml")
    place.add_argument("--out", required=True, metavar="FILE.parquet", help="where id, x, y, error, p_value, novel go")
    place.add_argument("--page", metavar="FILE.html", help="show them on the map there, too")
    export = commands.add_parser("export", help="write the last run for another tool")
    export.add_argument("--to", required=True, choices=["embedding-atlas", "h5ad", "parquet", "tensorboard"])
    export.add_argument("folder", metavar="DIR", help="a folder that is new or empty")
    asked = parser.parse_args()
    try:
        run(asked)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
