"""What an adoption may not do."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import UnixIdentity, User
from allocations.actions.adoption import adopt_account
from allocations.errors import AllocationsError, MemberError, RefusedError, StateError
from allocations.models import Allocation, Project
from tests.allocations.adoption_world import ADA, adopt, elsewhere, new_project
from tests.people import make_person


def refused(error: type[AllocationsError], staff: User, *args: Any, **changes: Any) -> str:
    with pytest.raises(error) as caught:
        adopt(staff, *args, **changes)
    assert not Allocation.objects.filter(account_name="belllab").exists()
    return str(caught.value)


def test_namesake_in_the_project_with_another_number_is_refused(
    applicant: User, staff: User
) -> None:
    said = refused(MemberError, staff, elsewhere(applicant, staff), addresses={})

    assert "has this name, but another number" in said


def test_leader_must_be_somebody_who_has_signed_up(applicant: User, staff: User) -> None:
    said = refused(MemberError, staff, new_project(applicant, leader="bob"))

    assert "The leader needs the address" in said


def test_staff_adopt_nothing_for_themselves(applicant: User, staff: User) -> None:
    addresses = {"apeeters": staff.email}

    assert "ask a colleague" in refused(
        RefusedError, staff, new_project(applicant), addresses=addresses
    )


def test_person_with_another_identity_cannot_be_somebody_else(applicant: User, staff: User) -> None:
    UnixIdentity.objects.create(user=applicant, username="ada", uid=70001)

    assert "is ada on the clusters already" in refused(MemberError, staff, new_project(applicant))


def test_number_of_somebody_else_cannot_be_taken_over(applicant: User, staff: User) -> None:
    UnixIdentity.objects.create(user=make_person("Eve"), username="eve", uid=50001)

    assert "somebody else" in refused(MemberError, staff, new_project(applicant))


def test_user_name_that_belfry_cannot_write_stays_as_recorded(applicant: User, staff: User) -> None:
    said = refused(
        MemberError,
        staff,
        new_project(applicant),
        addresses={"apeeters": ADA, "j.doe": make_person("John").email},
    )

    assert "cannot manage a user called j.doe" in said


def test_one_address_stands_for_one_user(applicant: User, staff: User) -> None:
    addresses = {"apeeters": ADA, "bob": ADA}

    assert "the address of apeeters" in refused(
        MemberError, staff, new_project(applicant), addresses=addresses
    )


def test_project_has_one_account_at_a_site(project: Project, staff: User) -> None:
    assert "has an account at Zellik already" in refused(RefusedError, staff, project)


def test_account_is_adopted_once(adopted: Allocation, applicant: User, staff: User) -> None:
    with pytest.raises(StateError):
        adopt_account(
            offer_id=1,
            target=new_project(applicant),
            addresses={},
            ends_on=timezone.localdate(),
            reason="Again.",
            actor=staff,
        )
