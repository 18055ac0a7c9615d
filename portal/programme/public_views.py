"""The programme's figures for everybody, on a page and as a dataset."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allocations.stored_texts import in_readers_language
from portal.programme.files import CONTENT_TYPES, csv_bytes, json_bytes
from portal.programme.kpis import KPI
from portal.programme.public import (
    DIVISIONS,
    PUBLIC_KPIS,
    BeingComputedError,
    Quarter,
    past_quarters,
    public_figures,
)
from portal.programme.shown import shown_number

_KEPT_BY_BROWSERS_SECONDS = 300
_RETRY_AFTER_SECONDS = 5
_CSV_COLUMNS = ("divided_by", "part", "part_name", "key", "value", "is_hidden")
_CSV_HEAD = ("quarter", "generated_at", "licence")


@require_safe
def public_page(request: HttpRequest) -> HttpResponse:
    """What the programme did in one quarter."""
    quarter, quarters = _asked(request)
    try:
        dataset = public_figures(quarter)
    except BeingComputedError:
        return _later()
    cells = {
        (item["divided_by"], item["part"], item["key"]): _shown(item) for item in dataset["figures"]
    }
    context = {
        "quarter": quarter,
        "quarters": quarters,
        "dataset": dataset,
        "computed_at": datetime.fromisoformat(dataset["generated_at"]),
        "kpis": PUBLIC_KPIS,
        "whole": [(kpi, cells["", "", kpi.key]) for kpi in PUBLIC_KPIS],
        "tables": [_table(by, dataset, cells) for by in DIVISIONS],
    }
    response = render(request, "programme/public.html", context)
    # The page names who has signed in, so that only its own reader may keep it.
    response["Cache-Control"] = f"private, max-age={_KEPT_BY_BROWSERS_SECONDS}"
    return response


@require_safe
def public_file(request: HttpRequest, file_format: str) -> HttpResponse:
    """The same figures for programs, with licence and definitions."""
    if file_format not in ("csv", "json"):
        raise Http404
    quarter, _quarters = _asked(request)
    try:
        dataset = public_figures(quarter)
    except BeingComputedError:
        return _later()
    content = json_bytes(dataset) if file_format == "json" else _csv(dataset)
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[file_format],
        headers={
            "Cache-Control": f"public, max-age={_KEPT_BY_BROWSERS_SECONDS}",
            "Access-Control-Allow-Origin": "*",
            "Content-Disposition": f'inline; filename="belfry-{quarter.key}.{file_format}"',
        },
    )


def _asked(request: HttpRequest) -> tuple[Quarter, list[Quarter]]:
    quarters = past_quarters(timezone.localdate())
    wanted = request.GET.get("quarter", quarters[0].key)
    quarter = next((quarter for quarter in quarters if quarter.key == wanted), None)
    if quarter is None:
        raise Http404
    return quarter, quarters


def _later() -> HttpResponse:
    response = HttpResponse(
        _("These figures are being computed; load the page again in some seconds."),
        content_type="text/plain; charset=utf-8",
        status=503,
    )
    response["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return response


def _shown(item: dict[str, Any]) -> str:
    if item["is_hidden"]:
        return _("hidden")
    return shown_number(item["value"], KPI[item["key"]].unit)


def _table(by: Any, dataset: dict[str, Any], cells: dict[Any, str]) -> dict[str, Any]:
    parts = {
        item["part"]: in_readers_language(item["part_name"])
        for item in dataset["figures"]
        if item["divided_by"] == by.value
    }
    rows = [
        (name, [(kpi, cells[by.value, part, kpi.key]) for kpi in PUBLIC_KPIS])
        for part, name in parts.items()
    ]
    return {"key": by.value, "name": by.label, "rows": rows}


def _csv(dataset: dict[str, Any]) -> bytes:
    head = [dataset[name] for name in _CSV_HEAD]
    rows = ([*head, *(item[name] for name in _CSV_COLUMNS)] for item in dataset["figures"])
    return csv_bytes((*_CSV_HEAD, *_CSV_COLUMNS), rows)
