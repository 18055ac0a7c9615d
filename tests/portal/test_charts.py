"""Charts: one value, drawn, in words, as a table, as CSV and as SVG."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import lxml.html
import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from pytest_django import Settings

from portal.reports import chart_svg
from portal.reports.chart_option import PALETTE, chart_option
from portal.reports.chart_svg import ChartDrawingError, charts_as_svg
from portal.reports.chart_table import chart_as_csv
from portal.reports.charts import Chart, Form, Series, figures_at
from tests.portal.chart_examples import DAYS, empty_chart, full_chart

SVG = "{http://www.w3.org/2000/svg}"


def test_a_figure_holds_title_words_table_and_csv_and_needs_no_script() -> None:
    figure = lxml.html.fromstring(render_to_string("parts/chart.html", {"chart": full_chart()}))
    [table] = figure.xpath(".//details[@open]//table")
    assert [cell.text for cell in table.xpath(".//thead//th")][:2] == ["Day", "Zellik"]
    assert table.xpath(".//tbody/tr")[0].xpath("./th")[0].text == "26 Mar 2026"
    [first, second, *_] = table.xpath(".//tbody/tr")[2].xpath("./td")
    assert first.text == "3.0"
    assert second.text_content() == "no data"
    assert table.xpath(".//tbody/tr")[3].xpath("./td")[1].text == "0.0"
    assert table.xpath(".//tbody/tr")[0].xpath("./td")[0].text == "1,234.5"
    [drawing] = figure.xpath(".//*[@role='img']")
    assert figure.get_element_by_id(drawing.get("aria-labelledby")).text == "What is left"
    assert "90 to 40" in figure.get_element_by_id(drawing.get("aria-describedby")).text
    assert figure.xpath(".//a/@href") == ["?format=csv"]
    [said] = figure.xpath(".//script[@type='application/json']")
    assert json.loads(said.text)["option"]["series"][1]["name"] == "<b>Mallory</b>"


def test_names_that_somebody_typed_are_text_everywhere() -> None:
    page = render_to_string("parts/chart.html", {"chart": full_chart()})
    assert "<b>Mallory" not in page
    lines = chart_as_csv(full_chart(), filename="a.csv").content.decode("utf-8-sig")
    assert next(csv.reader(lines.splitlines()))[3] == "'=Left (GPU-hours)"


def test_csv_has_iso_days_whole_numbers_and_nothing_where_is_no_data() -> None:
    answer = chart_as_csv(full_chart(), filename="left.csv")
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[1] == ["2026-03-26", "1234.5", "3", "9", "", ""]
    assert rows[3] == ["2026-03-28", "3", "", "", "", ""]
    assert rows[4][2] == "0"
    assert answer["Content-Disposition"] == 'attachment; filename="left.csv"'


def test_a_chart_without_data_says_so_and_draws_nothing() -> None:
    page = render_to_string("parts/chart.html", {"chart": empty_chart()})
    assert "No data in this time." in page
    assert "<table" not in page
    assert "application/json" not in page


def test_gaps_are_gaps_and_a_range_is_filled_only_where_both_ends_are_known() -> None:
    series = {line["name"]: line for line in chart_option(full_chart())["series"]}
    assert series["=Left"]["data"] == [9, 8, None, 6, None, None]
    assert series["=Left"]["connectNulls"] is False
    assert series["Low–High high"]["data"] == [None, None, None, 0, 1, 2]
    assert series["Low–High low"]["lineStyle"]["opacity"] == 0
    assert "Low–High high" not in chart_option(full_chart())["legend"]["data"]


def test_a_site_keeps_its_colour() -> None:
    chart = Chart(
        key="one", title="", summary="", heading="", points=("a",), unit="",
        series=(Series("Zellik", (1,), colour=3), Series("Charleroi", (1,), Form.LINE)),
    )  # fmt: skip
    drawn = chart_option(chart)["series"]
    assert [line["itemStyle"]["color"] for line in drawn] == [PALETTE[3], PALETTE[1]]


def test_figures_that_do_not_fit_their_points_are_refused() -> None:
    with pytest.raises(ValueError, match="Zellik has 1 figures for 2 points"):
        Chart(
            key="a", title="", summary="", heading="", points=("a", "b"), unit="",
            series=(Series("Zellik", (1,)),),
        )  # fmt: skip


def test_an_unknown_day_is_no_data_and_not_nothing() -> None:
    assert figures_at(DAYS[:3], {DAYS[0]: 4.0, DAYS[2]: 0.0}) == (4.0, None, 0.0)


def test_several_charts_become_svg_in_one_run_of_node() -> None:
    with override("en"):
        drawn = charts_as_svg([full_chart(), full_chart()], width=900, height=340)
    assert len(drawn) == 2
    root = ET.fromstring(drawn[0])
    assert (root.get("width"), root.get("height")) == ("900", "340")
    words = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
    assert {"Zellik", "<b>Mallory</b>", "GPU-hours", "today", "26 Mar 2026"} <= words
    assert "1,200" in words or "1,500" in words
    assert "<script" not in drawn[0]


def test_charts_that_cannot_be_drawn_are_an_error_with_its_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "fails.mjs"
    program.write_text("throw new Error('no ink')")
    monkeypatch.setattr(chart_svg, "PROGRAM", program)
    with pytest.raises(ChartDrawingError, match="no ink"):
        charts_as_svg([full_chart()], width=10, height=10)
    program.write_text("setTimeout(() => {}, 60000)")
    monkeypatch.setattr(chart_svg, "TIMEOUT_SECONDS", 1)
    with pytest.raises(ChartDrawingError, match="over 1 s"):
        charts_as_svg([full_chart()], width=10, height=10)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChartDrawingError, match="node is not installed"):
        charts_as_svg([full_chart()], width=10, height=10)
