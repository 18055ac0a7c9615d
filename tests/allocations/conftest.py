"""What tests of the domain and its API may ask for."""

import pytest
from django.test import Client

from accounts.models import User
from allocations.models import Allocation
from tests.allocations.adoption_world import adopt, new_project, site
from tests.allocations.bridge_caller import charleroi, zellik
from tests.allocations.offers import offered_account

__all__ = ["charleroi", "zellik"]


@pytest.fixture
def adopted(applicant: User, staff: User) -> Allocation:
    """The bell lab's account under a project of its own; one of its users is known."""
    offered_account(site())
    return adopt(staff, new_project(applicant))


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    """A browser in which staff are signed in."""
    client.force_login(staff)
    return client
