"""Staff adopt accounts, and give them back, on pages."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import UnixIdentity, User
from allocations.models import Allocation, OfferedAccount, Track
from tests.allocations.adoption_world import ADA, site
from tests.allocations.offers import offered_account
from tests.people import make_organisation


def form_values(applicant: User, **changes: Any) -> dict[str, Any]:
    values = {
        "title": "The bell lab",
        "track": Track.objects.get(code="rs").pk,
        "organisation": make_organisation(applicant).pk,
        "leader": "apeeters",
        "email_0": ADA,
        "ends_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "reason": "It was there first.",
    }
    return values | changes


def test_staff_adopt_on_a_page_and_the_project_says_so(
    applicant: User, staff: User, client: Client
) -> None:
    client.force_login(staff)
    address = reverse("adopt", args=[offered_account(site()).pk])

    shown = client.get(address).content.decode()
    page = client.post(address, form_values(applicant), follow=True).content.decode()

    assert "changes nothing in Slurm" in shown
    assert "GrpTRESMins=gres/gpu=6000" in shown
    assert "The account <code>belllab</code> was at Zellik before this project." in page
    assert "gres/gpu=6000" in page
    assert "#SBATCH --account=belllab" in page
    assert "Give the account back" in page
    assert "Change the budget" not in page
    assert "unknown to Belfry: <code>bob</code>, <code>j.doe</code>." in " ".join(page.split())
    assert "The account belllab at Zellik was adopted." in page


def test_errors_stand_beside_their_fields(applicant: User, staff: User, client: Client) -> None:
    client.force_login(staff)
    address = reverse("adopt", args=[offered_account(site()).pk])

    empty = client.post(address, {})
    wrong = client.post(address, form_values(applicant, email_2=ADA))

    assert empty.status_code == wrong.status_code == 422
    errors = empty.context["form"].errors
    assert {"title", "track", "organisation", "leader", "ends_on", "reason"} == set(errors)
    assert set(wrong.context["form"].errors) == {"email_2"}


def test_address_of_a_person_who_is_known_stands_there_already(
    applicant: User, staff: User, client: Client
) -> None:
    UnixIdentity.objects.create(user=applicant, username="apeeters", uid=50001)
    client.force_login(staff)

    page = client.get(reverse("adopt", args=[offered_account(site()).pk])).content.decode()

    assert f'value="{ADA}"' in page


def test_declined_account_leaves_the_list(staff: User, client: Client) -> None:
    client.force_login(staff)
    offer = offered_account(site())

    client.post(reverse("decline_offer", args=[offer.pk]))

    assert not OfferedAccount.objects.exists()


def test_account_is_given_back_on_a_page(adopted: Allocation, staff: User, client: Client) -> None:
    client.force_login(staff)
    address = reverse("release", args=[adopted.pk])

    page = client.post(address, {"reason": "It was a test."}, follow=True).content.decode()

    assert "Given back to the site on" in page
    assert "It was a test." in page
