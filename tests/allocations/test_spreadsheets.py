import csv
import io

import pytest

from allocations.rules.spreadsheets import safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", "\r\n=1", "\u00a0=1", "＝1"],
)
def test_a_cell_that_a_spreadsheet_would_compute_is_quoted(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")


@pytest.mark.parametrize("name", ["a;=1+1", 'a";=1+1', 'a; "=1+1', "a\t=1+1", "a\n=1+1", "a;;@x"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_nothing_is_computed_where_commas_do_not_separate(name: str, separator: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(["1", safe_cell(name)])
    for line in csv.reader(io.StringIO(file.getvalue()), delimiter=separator):
        assert not [cell for cell in line if cell.strip(' "').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("value", [-5, 0, None, "train-v2", "a = b", "x;y", "1;2"])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value
