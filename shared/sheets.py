"""Files for spreadsheets."""

import csv
import io
from collections.abc import Iterable


def write_csv(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    # A name like =HYPERLINK(…) must stay a name when a spreadsheet opens the file.
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
