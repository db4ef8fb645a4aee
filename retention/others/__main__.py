"""The child process of `evaluate_retention --csv`: one JSON request on the standard input, lines of text out."""

import json
import sys
from pathlib import Path

from retention.others.evaluate import CsvRequest, evaluate_csv
from retention.others.sheet import SheetRefused


def main() -> None:
    """Answer the request; exit code 2 with one line on the standard error where it cannot be done."""
    asked = json.load(sys.stdin)
    request = CsvRequest(**asked | {"path": Path(asked["path"]), "trusted": tuple(asked["trusted"])})
    try:
        for line in evaluate_csv(request):
            print(line)  # noqa: T201 -- the answer
    except (SheetRefused, ArithmeticError) as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        sys.exit(2)


if __name__ == "__main__":
    main()
