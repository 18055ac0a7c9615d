"""What every test may ask for: a private PostgreSQL, and two real Slurm clusters.

Tests have a testbed of their own, beside the one of `make demo`. It is started when a test first
asks for it and removed when the run ends well; BELFRY_KEEP=1 leaves it running for the next run.
"""

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from django.utils import translation
from pytest_django import Settings
from xdist.remote import Producer

from deploy.testbed.down import clean, take_down
from deploy.testbed.layout import Layout, layout_from_environment
from deploy.testbed.processes import running
from deploy.testbed.releases import NewestSites, are_mixed, newest_sites
from deploy.testbed.up import bring_up
from tests.lanes import TwoLanes, place, scheduler
from tests.migrated import TEST_DATABASE, make_migrated
from tests.testbed import PORTS_A_TESTBED, Testbed, test_port_base, test_state

pytest_plugins = ["tests.domain"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the choice of Slurm, as `testbed up` has it."""
    parser.addoption("--slurm", action="append", default=[], help="newest, or SITE=newest")
    # Under the newest Slurm's /usr a testbed can be used, and not be started.
    parser.addoption("--running", action="store_true", help="the testbed runs already")


def newest_of(config: pytest.Config) -> NewestSites:
    """The sites of this run that have the newest Slurm."""
    return newest_sites(config.getoption("slurm"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes what belongs to this choice of Slurm, sorted by how long tests take."""
    newest = newest_of(config)
    left_out = [] if are_mixed(newest) else [i for i in items if i.get_closest_marker("mixed")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: place(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TwoLanes | None:
    """Some processes wait for Slurm while another keeps a processor busy."""
    return scheduler(config, log)


@pytest.fixture(scope="session")
def layout(pytestconfig: pytest.Config) -> Layout:
    """Where the tests' own testbed lies: each of pytest-xdist's workers has its own."""
    newest = newest_of(pytestconfig)
    state = os.environ.get("BELFRY_STATE", str(test_state(newest)))
    port_base = int(os.environ.get("BELFRY_PORT_BASE", test_port_base(newest)))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["BELFRY_STATE"] = f"{state}-{worker}" if worker else state
    os.environ["BELFRY_PORT_BASE"] = str(port_base + worker * PORTS_A_TESTBED)
    return layout_from_environment()


@pytest.fixture(scope="session")
def stop_testbed_at_end(layout: Layout, request: pytest.FixtureRequest) -> Iterator[None]:
    """Stops what this run started, and nothing that ran before it; logs of failures are kept."""
    was_running = running(layout, "postgres")
    yield
    if was_running or os.environ.get("BELFRY_KEEP") == "1":
        return
    if request.session.testsfailed:
        take_down(layout)
    else:
        clean(layout)


@pytest.fixture(scope="session")
def postgres(layout: Layout, stop_testbed_at_end: None) -> Layout:
    """The private PostgreSQL, running."""
    bring_up(layout, only_postgres=not running(layout, "slurmctld@zellik"))
    return layout


@pytest.fixture(scope="session")
def testbed(layout: Layout, stop_testbed_at_end: None, pytestconfig: pytest.Config) -> Testbed:
    """Two Slurm clusters with their accounting, running."""
    if not pytestconfig.getoption("running"):
        bring_up(layout, newest=newest_of(pytestconfig) or None)
    return Testbed(layout)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: Layout) -> None:
    """Points Django at the tests' PostgreSQL."""
    connections["default"].settings_dict["PORT"] = str(postgres.postgres_port)


@pytest.fixture(scope="session")
def django_db_keepdb(postgres: Layout) -> bool:
    """The database is made here, migrated, so that Django has only to use it."""
    make_migrated(postgres, TEST_DATABASE)
    return True


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """Django is not to make another one."""
    return False


@pytest.fixture(autouse=True)
def quick_and_visible(settings: Settings) -> None:
    """Tasks run when they are enqueued, so that a test sees the mail; passwords hash quickly.

    What is said is English again, whatever language the last page of the test before was in.
    """
    translation.activate(settings.LANGUAGE_CODE)
    settings.WHITENOISE_USE_FINDERS = False  # Each new client would look for every static file.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
