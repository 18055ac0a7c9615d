"""Whether everybody may know of a project: its leader agrees, and may withdraw that at any time."""

from django.db import transaction

from accounts.audit import action
from accounts.models import User
from allocations.actions.transitions import lock_application
from allocations.models import Application, Project
from allocations.public_projects import forget_public_rows


@action
def list_publicly(*, project_id: int, may_be_listed: bool, actor: User) -> Application:
    """Show a project in the public list, or no longer; at once."""
    project = Project.objects.get(pk=project_id)
    application = lock_application(project.application_id)
    application.may_be_listed = may_be_listed
    application.save(update_fields=["may_be_listed"])
    transaction.on_commit(forget_public_rows)
    return application
