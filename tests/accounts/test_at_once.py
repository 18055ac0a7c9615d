"""Migrations make models together: complete in the database, and gone again when undone."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from accounts.at_once import AtOnce

SHELF, BOOK = "library_shelf", "library_book"
OPERATION = AtOnce(
    [
        migrations.CreateModel(
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("shelf", models.ForeignKey("library.Shelf", models.PROTECT)),
                ("place", models.PositiveIntegerField()),
            ],
            {
                "indexes": [models.Index(fields=["place"], name="book_by_place")],
                "constraints": [
                    models.UniqueConstraint(fields=["shelf", "place"], name="one_book_a_place")
                ],
            },
        ),
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunSQL(f"INSERT INTO {SHELF} DEFAULT VALUES", migrations.RunSQL.noop),
    ]
)


@pytest.mark.django_db
def test_models_are_made_whatever_their_order_and_taken_away_again() -> None:
    before, after = ProjectState(), ProjectState()
    assert not after.apps.get_models(), "these classes are of before"
    assert OPERATION.describe() == "3 operations at once"
    OPERATION.state_forwards("library", after)
    with connection.schema_editor() as editor:
        OPERATION.database_forwards("library", editor, before, after)

    book, shelf = (after.apps.get_model("library", name) for name in ("Book", "Shelf"))
    book.objects.create(shelf=shelf.objects.get(), place=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        made = connection.introspection.get_constraints(cursor, BOOK)
        assert {"book_by_place", "one_book_a_place"} <= set(made)
        assert (SHELF, "id") in {one["foreign_key"] for one in made.values()}

    with connection.schema_editor() as editor:
        OPERATION.database_backwards("library", editor, after, before)
    assert not {SHELF, BOOK} & set(connection.introspection.table_names())


def test_what_alters_a_model_is_refused() -> None:
    with pytest.raises(TypeError, match="Add field place to book"):
        AtOnce([migrations.AddField("book", "place", models.TextField())])  # type: ignore[list-item]
