"""How a migration makes many models without Django building all of them anew after each.

Django does so for every model that is related to the one that changed, and here nearly all are:
each of hundreds of operations took some tenths of a second.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

# What is true of them in the end is true of them from the beginning.
_AT_ONCE = (CreateModel, AddTrigger, RunSQL)


class AtOnce(Operation):
    """Carries operations out one by one, each with the models as the last of them leaves them.

    So a model is created complete, with its keys, indexes, constraints and triggers.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[CreateModel | AddTrigger | RunSQL]) -> None:
        for operation in operations:
            if not isinstance(operation, _AT_ONCE):
                raise TypeError(f"At once there is nothing to alter: {operation.describe()}.")
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models' classes to whoever asks for them next."""
        vars(state).pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make all of it in the database."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take all of it away, the last first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Its number is said by `migrate --plan`, and not its text, which is long."""
        return f"{len(self.operations)} operations at once"
