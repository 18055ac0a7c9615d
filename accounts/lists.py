"""Lists that can be searched, filtered, sorted and paged, with JavaScript or without."""

from collections.abc import Callable, Iterator
from functools import cached_property
from http import HTTPStatus
from inspect import signature
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_filters import FilterSet

ROWS_A_PAGE = 25
LONGEST_SEARCH = 200
MOST_COUNTED = 10_000
MOST_WORDS = 8
"""That are looked for; the others of a search are left out."""
_MOST_DIGITS = 18


class WordFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter ships no types
    """A search: rows in which every word occurs in one of these columns.

    `number` is a column that a word of digits may equal, `more` finds a word in other rows.
    """

    def __init__(
        self,
        label: Any,
        *columns: str,
        number: str = "",
        more: Callable[[str], Q] | None = None,
    ) -> None:
        search = forms.TextInput(attrs={"type": "search"})
        super().__init__(label=label, max_length=LONGEST_SEARCH, widget=search)
        self._columns, self._number, self._more = columns, number, more

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Those rows; without a word, all."""
        for word in (value or "").split()[:MOST_WORDS]:
            found = self._more(word) if self._more else Q()
            for column in self._columns:
                found |= Q(**{f"{column}__icontains": word})
            if self._number and word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS:
                found |= Q(**{self._number: int(word)})
            rows = rows.filter(found)
        return rows


class CappedPaginator(Paginator[Any]):
    """Pages of a table's first ten thousand rows, since counting millions takes seconds."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most ten thousand."""
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are rows that no page shows."""
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        # django-tables2 has its own rows around its own data, and in that is ours.
        rows = self.object_list.data.data  # type: ignore[attr-defined]
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[: MOST_COUNTED + 1].count()


class ListTable(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """A table in the look that the settings give all; on a phone each row becomes a card."""

    def shown_rows(self) -> Iterator[SafeString]:
        """The cells of each row of the page.

        What the cells of a column have in common is made once, and not for each cell anew.
        """
        columns = [(self._begin(column), self._cell(column)) for column in self.columns]
        for row in self.paginated_rows:
            yield format_html_join(
                "\n", "{}{}</td>", ((begin, cell(row)) for begin, cell in columns)
            )

    def _begin(self, column: tables.columns.BoundColumn) -> SafeString:
        return format_html('<td data-label="{}" {}>', column.header, column.attrs["td"].as_html())

    def _cell(self, column: tables.columns.BoundColumn) -> Callable[[tables.rows.BoundRow], Any]:
        """What makes a cell of a row; a method that takes the value or the record is simply called.

        Of any other the library asks for each cell what it takes, and it knows words for choices.
        """
        own = getattr(self, f"render_{column.name}", None)
        render = own or column.column.render
        wanted = set(signature(render).parameters)
        is_plain = own is not None or type(column.column) is tables.Column
        takes_value = "value" in wanted
        if (
            not (is_plain and wanted <= {"value", "record"})
            or column.link
            or (takes_value and self._may_have_choices(column))
        ):
            return lambda row: row.get_cell(column.name)
        empty, accessor, default = column.column.empty_values, column.accessor, column.default

        def cell(row: tables.rows.BoundRow) -> Any:
            told = {"record": row.record}
            if empty or takes_value:
                told["value"] = accessor.resolve(row.record, quiet=True)
                if told["value"] in empty:
                    return default
            return render(**{name: told[name] for name in wanted})

        return cell

    def _may_have_choices(self, column: tables.columns.BoundColumn) -> bool:
        """Whether the value may be a code, which the library would put into words."""
        model = self._meta.model
        return model is None or bool(getattr(column.accessor.get_field(model), "choices", ()))


def render_list(
    request: HttpRequest,
    *,
    filters: FilterSet,
    table_class: type[ListTable],
    template: str,
    paginator_class: type[CappedPaginator] = CappedPaginator,
    **context: Any,
) -> HttpResponse:
    """The list as a whole page, or as the part that htmx replaces."""
    table = page_of_table(request, table_class(filters.qs), paginator_class=paginator_class)
    return render_page_or_list(request, template, {"filters": filters, "table": table, **context})


def render_page_or_list(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    """A page with a `table` in its `#list`, or the latter alone, where htmx asks for that."""
    wants_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    shown = "lists/part.html" if wants_part else template
    response = render(request, shown, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def page_of_table(
    request: HttpRequest,
    table: ListTable,
    *,
    paginator_class: type[CappedPaginator] = CappedPaginator,
) -> ListTable:
    """The table in the order and at the page that the address asks for; nonsense is ignored."""
    tables.RequestConfig(request, paginate=False).configure(table)
    table.paginator = paginator_class(table.rows, ROWS_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    return table
