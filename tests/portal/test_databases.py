"""What the portal asks PostgreSQL for as it connects."""

from django.db import connection

from portal.databases import database


def test_options_of_an_address_are_added_to_those_that_every_connection_has() -> None:
    address = "postgresql://belfry:p%40ss@db.example:5433/belfry"
    found = database(
        f"{address}?sslmode=verify-full&options=-c%20work_mem%3D16MB",
        options="-c default_transaction_read_only=on",
    )
    assert found["PASSWORD"] == "p@ss"
    assert found["OPTIONS"] == {
        "connect_timeout": 5,
        "sslmode": "verify-full",
        "options": "-c jit=off -c default_transaction_read_only=on -c work_mem=16MB",
    }


def test_no_statement_is_compiled_for_longer_than_it_runs(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
