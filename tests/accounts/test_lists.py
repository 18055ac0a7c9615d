"""What all lists have in common."""

from collections.abc import Iterator

from django.urls import get_resolver

from accounts.lists import ListTable


def every_table(table: type[ListTable]) -> Iterator[type[ListTable]]:
    for kind in table.__subclasses__():
        yield kind
        yield from every_table(kind)


def test_every_list_looks_like_the_others_and_folds_on_a_phone() -> None:
    assert get_resolver().url_patterns, "loading the addresses loads every table"
    tables = {table.__name__: table._meta for table in every_table(ListTable)}
    assert {"QueueTable", "ReviewerQueueTable", "ReportTable"} <= tables.keys()
    assert {meta.template_name for meta in tables.values()} == {"lists/table.html"}
    assert all("list" in meta.attrs["class"].split() for meta in tables.values())
