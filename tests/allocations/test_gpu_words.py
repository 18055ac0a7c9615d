"""The portal says in English what login nodes say, and its help has a place for each verdict."""

import pytest
from django.test import Client

from allocations.rules.gpu_words import verdict_label, verdict_sentence
from slurm_bridge.gpu_verdict import Kind, Verdict
from slurm_bridge.gpu_words import HELP_PATH, sentence

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("gpus", "unused"), [(1, 1), (2, 1), (4, 3), (8, 2)])
def test_portal_and_login_node_say_the_same(kind: Kind, gpus: int, unused: int) -> None:
    verdict = Verdict(
        kind,
        gpus,
        unused_gpus=unused,
        idle_percent=92,
        busy_percent=12,
        active_percent=4,
        memory_percent=97,
    )
    assert verdict_sentence(verdict) == sentence(verdict)
    assert "{" not in sentence(verdict)


def test_the_help_says_what_to_do_about_each_verdict(client: Client) -> None:
    response = client.get(HELP_PATH)
    page = response.content.decode()
    assert response.status_code == 200
    for kind in Kind:
        assert f'id="{kind.value}"' in page
        assert verdict_label(kind)
    assert "90 %" in page
