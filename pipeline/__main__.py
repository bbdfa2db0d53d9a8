"""The command line: python -m pipeline COMMAND."""

import argparse
import os
import sys

from pipeline.runtime import exits

STATUSES = (
    "Exit status: 0 fine; 1 a gate or a comparison said no; 2 something that you can mend, said in one line;"
    " 3 a gate between runs that are not comparable;"
    " 70 a bug in codescape; 130 interrupted; 141 the reader of the output ended."
)


def run(asked: argparse.Namespace) -> int:
    if asked.command == "evaluate":
        from pipeline.commands import evaluate

        evaluate.main(asked.data, asked.map, asked.label, asked.k, asked.metric, asked.out)
    elif asked.command == "place":
        from pipeline.commands import transform

        transform.main(asked.new, asked.map, asked.out, asked.page, asked.codes)
    elif asked.command == "diff":
        from pipeline.commands import diff

        return diff.main(asked.before, asked.after, asked.page, asked.markdown, asked.gate)
    elif asked.command == "reproduces":
        from pipeline.commands import diff

        return diff.reproduces(asked.revision, asked.within)
    elif asked.command == "export":
        from pipeline.commands import export

        export.main(asked.to, asked.folder)
    elif asked.command == "new-dataset":
        from pipeline.commands import new_dataset

        new_dataset.main(asked.data)
    elif asked.command == "open":
        from pipeline.commands import check

        check.open_report()
    else:
        from pipeline.commands import check

        check.clean() if asked.command == "clean" else check.main()
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline", description="Maps of high-dimensional data.", epilog=STATUSES
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "check", help="describe the data, say what is wrong in params.yaml, what would run, and what it takes"
    )
    commands.add_parser("clean", help="remove the results of encoders and maps that are no longer in params.yaml")
    evaluate = commands.add_parser("evaluate", help="measure what a map from anywhere gets wrong about its data")
    evaluate.add_argument("--data", required=True, help="a file or folder that `data.path` could name")
    evaluate.add_argument("--map", required=True, action="append", metavar="[NAME=]FILE",
                          help="a table of two columns, its rows those of the data, by id or in order; may come again")  # fmt: skip
    evaluate.add_argument("--label", help="the column of the data with the labels")
    evaluate.add_argument("--k", type=int, nargs="+", default=[15], help="neighborhood sizes (15)")
    evaluate.add_argument("--metric", choices=["euclidean", "cosine"], default="euclidean", help="of the data")
    evaluate.add_argument("--out", metavar="FILE.json", help="write the measures there, too")
    transform = commands.add_parser("place", help="put new rows onto a map of the last run, which stays as it is")
    transform.add_argument(
        "new",
        metavar="NEW",
        help="a file or folder that `data.path` could name, of the same columns or shape; or a folder of Parquet parts, here or in a"
        " store (s3://bucket/folder)",
    )
    transform.add_argument(
        "--map", required=True, help="the map's name in params.yaml; of a list with its value: tsne-deep.30"
    )
    transform.add_argument(
        "--out",
        required=True,
        metavar="FILE.parquet",
        help="where id, x, y, error, p_value, novel go; a name without a suffix is a folder, or an address in a store: to it, part by part",
    )
    transform.add_argument("--codes", action="store_true", help="write the numbers of the rows' codes, too")
    transform.add_argument("--page", metavar="FILE.html", help="show them on the map there, too")
    diff = commands.add_parser("diff", help="hold one run against another: parameters, verdicts, maps")
    diff.add_argument("before", metavar="REV1", help="a git revision, or a DVC experiment")
    diff.add_argument("after", metavar="REV2", nargs="?", help="the same; left out: the workspace")
    diff.add_argument(
        "--page", metavar="FILE.html", default="reports/diff.html", help="where the page goes (reports/diff.html)"
    )
    diff.add_argument("--markdown", action="store_true", help="print Markdown for a pull request, in place of the page")
    diff.add_argument(
        "--gate",
        action="store_true",
        help="end with status 1 where a verdict got worse, 3 where the runs are not comparable",
    )
    reproduces = commands.add_parser("reproduces", help="say whether the last run repeats another, and where not")
    reproduces.add_argument("revision", metavar="REV", help="a git revision, or a DVC experiment")
    reproduces.add_argument(
        "--within", type=float, default=0.001, help="how far measures, and rows on maps, may be apart (0.001)"
    )
    export = commands.add_parser("export", help="write the last run for another tool")
    export.add_argument("--to", required=True, choices=["embedding-atlas", "h5ad", "parquet", "tensorboard"])
    export.add_argument("folder", metavar="DIR", help="a folder that is new or empty")
    new = commands.add_parser("new-dataset", help="write a card, dataset.yaml, from what is found in your data")
    new.add_argument("data", metavar="PATH", help="a folder with your data, or a file in a folder of its own")
    commands.add_parser("open", help="open the report in a browser")
    for each in (parser, *commands.choices.values()):  # before the command's name or after it
        each.add_argument(
            "-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="show the traceback of a failure"
        )
    return parser


def main() -> int:
    asked = parser().parse_args()
    if "verbose" in asked:
        os.environ[exits.VERBOSE] = "1"
    return exits.status_of(asked.command, lambda: run(asked))


if __name__ == "__main__":
    sys.exit(main())
