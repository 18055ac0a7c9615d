"""The table in which all processes of the portal share their cache."""

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def create_cache_table(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table that CACHES names, unless it is there."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """Undone, it leaves the table: it holds nothing that matters."""

    operations = [migrations.RunPython(create_cache_table, migrations.RunPython.noop)]
