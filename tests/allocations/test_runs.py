"""The table of runs: what it comes to, what does not fit, and its form."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import Application
from allocations.rules.runs import (
    Run,
    SiteGpus,
    doubts,
    flop_in_words,
    total_gpu_hours,
    used_percent,
)

H200 = SiteGpus("Zellik", "NVIDIA H200", 176)
TRAINING = Run("Training", gpus=8, hours=50, repetitions=3, parameters=1000, tokens=20_000)


def said(*runs: Run, asked: int = 1000, overhead: int = 0, site: SiteGpus = H200) -> str:
    found = doubts(runs, overhead_percent=overhead, asked_gpu_hours=asked, sites=[site])
    return " ".join(found)


def test_a_run_comes_to_gpu_hours_and_six_times_parameters_times_tokens() -> None:
    assert TRAINING.gpu_hours == 1200
    assert TRAINING.flop == 3 * 6 * 10**9 * 2 * 10**10
    assert flop_in_words(TRAINING.flop) == "3.6 × 10²⁰"
    assert total_gpu_hours([TRAINING, TRAINING], 15) == 2760
    assert total_gpu_hours([Run("One", 1, 1, 1)], 1) == 2  # rounded up


def test_a_sum_far_from_what_is_asked_for_is_said() -> None:
    assert "add up to 1,200 GPU-hours; you ask for 1,000" in said(TRAINING)
    assert "add up" not in said(TRAINING, asked=1200)
    assert "add up" not in said(TRAINING, asked=1100)
    assert "add up to 1,440" in said(TRAINING, asked=1200, overhead=20)
    assert said() == ""


def test_more_gpus_at_once_than_the_site_has_are_said_where_that_is_known() -> None:
    wide = Run("Wide", gpus=200, hours=5, repetitions=1)
    assert "uses 200 GPUs at once; the site has 176" in said(wide)
    assert said(wide, site=SiteGpus("Zellik", "NVIDIA H200", None)) == ""


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (600_000, "more hours, more GPUs, or fewer tokens"),
        (400_000, "seldom reaches more than half"),
        (200_000, ""),
        (10_000, "are the hours right?"),
        (0, ""),
    ],
)
def test_training_is_held_against_what_the_gpus_can_compute(tokens: int, expected: str) -> None:
    run = Run("Fit", gpus=8, hours=125, repetitions=1, parameters=1000, tokens=tokens)
    assert expected in said(run)
    assert bool(said(run)) == bool(expected)
    assert said(run, site=SiteGpus("Zellik", "An unknown kind", 176)) == ""


def test_the_share_of_the_peak_is_exact() -> None:
    hour = Run("Hour", gpus=1, hours=1, repetitions=1, parameters=1, tokens=593_400)
    assert used_percent(hour, 989) == 100


def test_training_above_the_limit_of_the_ai_act_is_said() -> None:
    giant = Run("Giant", 10_000, 10_000, 1, parameters=400_000, tokens=15_000_000)
    assert "systemic risk" in said(giant)


@pytest.fixture
def signed_in(client: Client, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def address(application: Application) -> str:
    return reverse("edit_section", args=[application.reference, "resources"])


def sent(application: Application, *lines: dict[str, object]) -> dict[str, object]:
    """What a browser sends of the table, the other questions of the section empty."""
    version = application.section_answers.get(section="resources").version
    form: dict[str, object] = {"version": version, "step": "save", "overhead_percent": 10}
    form |= {"runs-TOTAL_FORMS": len(lines), "runs-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        form |= {f"runs-{number}-{name}": value for name, value in line.items()}
    return form


LINE = {"label": "Pre-training", "gpus": 4, "hours": 10, "repetitions": 2, "parameters": 7000}


def runs_stored(application: Application) -> list[dict[str, object]]:
    return list(application.section_answers.get(section="resources").answers["runs"])


def test_lines_are_stored_shown_added_up_and_taken_away(
    signed_in: Client, draft: Application
) -> None:
    empty = dict.fromkeys(LINE, "")
    signed_in.post(address(draft), sent(draft, LINE, empty, LINE | {"label": "Tuning"}, empty))
    assert [row["label"] for row in runs_stored(draft)] == ["Pre-training", "Tuning"]
    page = unescape(signed_in.get(address(draft)).content.decode())
    assert "Pre-training: 4 GPUs × 10 h × 2 = 80 GPU-hours" in page
    assert "176 GPU-hours in all" in page
    assert page.count('class="runs-line"') == 4  # and two to go on
    signed_in.post(address(draft), sent(draft, empty, LINE | {"label": "Tuning"}))
    assert [row["label"] for row in runs_stored(draft)] == ["Tuning"]
    signed_in.post(address(draft), sent(draft, empty))
    page = unescape(signed_in.get(draft.get_absolute_url()).content.decode())
    assert "Fill in a line of the table of runs at least." in page


@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [
        ({"gpus": "0"}, "greater than or equal to 1"),
        ({"gpus": "-1"}, "greater than or equal to 1"),
        ({"hours": "9" * 400}, "less than or equal to"),
        ({"repetitions": "x" * 1_000_000}, "whole number"),
        ({"tokens": "1e9"}, "whole number"),
        ({"label": "x" * 1_000_000}, "at most 80 characters"),
        ({"label": "\u202e\u200b"}, "Give the run a name."),
        ({"label": ""}, "required"),
    ],
)
def test_nonsense_in_a_line_is_refused_beside_its_field(
    signed_in: Client, draft: Application, change: dict[str, object], said_of_it: str
) -> None:
    before = runs_stored(draft)
    answer = signed_in.post(address(draft), sent(draft, LINE | change))
    page = unescape(answer.content.decode())
    assert said_of_it in page
    assert f'href="#id_runs-0-{next(iter(change))}"' in page
    assert runs_stored(draft) == before


@pytest.mark.parametrize("total", ["-1", "1000000", "x", ""])
def test_a_forged_number_of_lines_stores_nothing(
    signed_in: Client, draft: Application, total: str
) -> None:
    before = runs_stored(draft)
    signed_in.post(address(draft), sent(draft, LINE) | {"runs-TOTAL_FORMS": total})
    assert runs_stored(draft) == before


def test_formulas_and_markup_in_a_name_stay_text(signed_in: Client, draft: Application) -> None:
    name = "=1+1 <script>alert(1)</script>"
    signed_in.post(address(draft), sent(draft, LINE | {"label": name}))
    assert runs_stored(draft)[0]["label"] == name
    assert "<script>alert" not in signed_in.get(address(draft)).content.decode()
