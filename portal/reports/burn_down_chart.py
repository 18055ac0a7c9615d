"""The burn-down of a project's budgets, drawn and in words."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.numbers import grouped
from portal.reports.burn_down import Budget, now_among, points_of
from portal.reports.charts import Band, Chart, Figure, Form, Mark, Series


def burn_down_chart(budgets: list[Budget], *, csv_url: str) -> Chart:
    """What was left at each site, and from today the range of what will be."""
    points = points_of(budgets)
    series: list[Series] = []
    bands: list[Band] = []
    for colour, budget in enumerate(budgets):
        left = tuple(budget.left_on(day) for day in points)
        series.append(Series(budget.site, left, Form.LINE, colour=colour))
        if budget.forecast is not None:
            expected = [budget.expected_on(day) for day in points]
            fast = Series(
                _("%(site)s, fast pace") % {"site": budget.site},
                tuple(_end(pair, 0) for pair in expected), Form.DASHES, colour=colour,
            )  # fmt: skip
            slow = Series(
                _("%(site)s, slow pace") % {"site": budget.site},
                tuple(_end(pair, 1) for pair in expected), Form.DASHES, colour=colour,
            )  # fmt: skip
            series += [fast, slow]
            bands.append(Band(fast.name, slow.name))
    return Chart(
        key="burn-down",
        title=_("What is left of the budget"),
        summary=" ".join(budget_in_words(budget) for budget in budgets),
        heading=_("Day"),
        points=points,
        series=tuple(series),
        unit=_("GPU-hours"),
        bands=tuple(bands),
        mark=Mark(now_among(points, budgets), _("today")),
        csv_url=csv_url,
    )


def budget_in_words(budget: Budget) -> str:
    """How much is left, and when it runs out as far as can be told."""
    left = _("%(site)s: %(left)s of %(granted)s GPU-hours are left.") % {
        "site": budget.site,
        "left": grouped(budget.left_hours),
        "granted": grouped(budget.granted_hours),
    }
    return f"{left} {_forecast_in_words(budget)}"


def _forecast_in_words(budget: Budget) -> str:
    found = budget.forecast
    end = {"end": date_format(budget.ends_on, "SHORT_DATE_FORMAT")}
    if budget.ends_on < budget.counted_until:
        return _("It ended on %(end)s.") % end
    if budget.left_hours <= 0:
        return _("Nothing is left.")
    if found is None:
        return _("It is too early to tell when it runs out.")
    if found.earliest_on is None or found.earliest_on > budget.ends_on:
        return _("At the present pace it lasts until the end, %(end)s.") % end
    return _range_in_words(found.earliest_on, found.latest_on, budget.ends_on)


def _range_in_words(earliest_on: date, latest_on: date | None, ends_on: date) -> str:
    first = {"first": date_format(earliest_on, "SHORT_DATE_FORMAT")}
    if latest_on is None or latest_on > ends_on:
        words = _("It may run out from %(first)s on, or last until the end, %(last)s.")
        return words % (first | {"last": date_format(ends_on, "SHORT_DATE_FORMAT")})
    if latest_on == earliest_on:
        return _("It runs out about %(first)s.") % first
    words = _("It runs out between %(first)s and %(last)s.")
    return words % (first | {"last": date_format(latest_on, "SHORT_DATE_FORMAT")})


def _end(pair: tuple[float, float] | None, place: int) -> Figure:
    return None if pair is None else pair[place]
