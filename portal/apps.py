"""The Django application `portal`: static files, checks, and what belongs to no other package."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The project itself, so that its static files and checks are found."""

    name = "portal"

    def ready(self) -> None:
        """Register the checks, and leave out files that no page loads."""
        from portal import checks  # noqa: F401, PLC0415  # needs the settings to be there
        from portal.static_files import leave_out_unused_builds  # noqa: PLC0415  # likewise

        leave_out_unused_builds()
