"""docs/permissions.md says what accounts/permissions.py says."""

from pathlib import Path

from django.conf import settings

from accounts.permissions import PERMISSIONS_OF_PART, PERMISSIONS_OF_ROLE, Part, Permission, Role

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "permissions.md"


def table() -> str:
    """The two tables of the code as one of Markdown."""
    columns = [*Role, *Part]
    heading = ["permission", *(role.value for role in Role), *(f"*{part.value}*" for part in Part)]
    lines = [heading, ["---"] * len(heading)]
    for permission in Permission:
        held = ["✓" if permission in _held(column) else "" for column in columns]
        lines.append([f"`{permission.value}`", *held])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _held(column: Role | Part) -> frozenset[Permission]:
    return PERMISSIONS_OF_ROLE[column] if isinstance(column, Role) else PERMISSIONS_OF_PART[column]


def test_the_document_has_the_table_of_the_code() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), f"put this in the document:\n{table()}"


def test_every_permission_is_held_by_somebody() -> None:
    held = frozenset().union(*PERMISSIONS_OF_ROLE.values(), *PERMISSIONS_OF_PART.values())
    assert held == frozenset(Permission)
