"""No page is left out of the tests in which axe judges pages."""

from pathlib import Path

from tests.portal.permission_rows import ROWS

# Judged too, at the address that a row (`get_absolute_url`) or a mail gives.
REACHED_OTHERWISE = {"accept_invitation", "application", "export", "project_job", "site_plan"}
FILES = {
    "attachment_file",
    "awarded_file",
    "export_file",
    "job_chart",
    "paper",
    "programme_file",
    "project_chart",
    "public_file",
    "reports_csv",
    "sbatch_script",
}
FOR_PROGRAMS = {
    "api:openapi-json",
    "bridge:openapi-json",
    "health",
    "project_usage",
    "reports_json",
}
# A mail's own HTML, as it is in a frame of `mail_preview`.
IN_A_FRAME = {"mail_preview_html"}
NOT_JUDGED = REACHED_OTHERWISE | FILES | FOR_PROGRAMS | IN_A_FRAME


def test_every_page_is_named_in_a_test_of_accessibility() -> None:
    """The table of permissions has every route; those which answer somebody are pages or files."""
    here = Path(__file__)
    judging = [path for path in here.parent.glob("test_accessibility_*.py") if path != here]
    tests = [path.read_text() for path in judging]
    answered = {name for (name, method), row in ROWS.items() if method == "GET" and "200" in row}
    named = {name for name in answered if any(f'"{name}"' in test for test in tests)}
    assert answered - named - NOT_JUDGED == set(), "axe never judges these"
