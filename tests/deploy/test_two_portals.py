"""Two gunicorns behind the shipped nginx site: no state in the process, no request lost."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from lxml import html

from deploy.testbed.layout import REPOSITORY, Layout
from deploy.testbed.postgres import query
from tests.deploy.loopback import ToLoopback
from tests.deploy.nginx import Nginx, free_port, nginx_program, wait_for_port
from tests.migrated import make_migrated
from tests.production import HOST, manage, production_environment

DATABASE = "belfry_two_portals_test"
GUNICORN = REPOSITORY / ".venv" / "bin" / "gunicorn"
COMMAND = [GUNICORN, "--config", "deploy/gunicorn.conf.py", "portal.wsgi"]
PASSWORD = "a-long-password-of-tests"
MAKE_PERSON = f"""
from accounts.models import User
from allauth.account.models import EmailAddress
person = User.objects.create_user(email="ada@belfry.example", password={PASSWORD!r})
EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
"""


@dataclass
class TwoPortals:
    """Two portals on one database, and nginx before both."""

    nginx: Nginx
    environment: dict[str, str]
    folder: Path
    ports: tuple[int, int]
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, port: int) -> None:
        """Start the portal that belongs on a port."""
        with (self.folder / f"portal-{port}.log").open("ab") as output:
            self.processes[port] = subprocess.Popen(
                COMMAND,
                cwd=REPOSITORY,
                env=self.environment | {"BELFRY_BIND": f"127.0.0.1:{port}", "BELFRY_WORKERS": "1"},
                stdout=output,
                stderr=output,
            )
        wait_for_port(port)

    def stop(self, port: int) -> None:
        """End this very process politely, as a restart would."""
        self.processes[port].terminate()
        self.processes[port].wait(timeout=30)

    def client(self) -> httpx.Client:
        """A browser that speaks to nginx."""
        return httpx.Client(
            base_url=f"https://{HOST}:{self.nginx.https_port}",
            transport=ToLoopback(self.nginx),
            timeout=30,
            headers={"Referer": f"https://{HOST}/"},
        )

    def answered(self, port: int) -> int:
        """How many requests a portal has answered, by its own log."""
        return (self.folder / f"portal-{port}.log").read_text().count('"GET /')


@pytest.fixture(scope="module")
def portals(postgres: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoPortals]:
    """Both started once for this file, and stopped."""
    folder = tmp_path_factory.mktemp("two-portals")
    folder.chmod(0o755)
    make_migrated(postgres, DATABASE)
    address = f"postgresql://belfry@127.0.0.1:{postgres.postgres_port}/{DATABASE}"
    environment = production_environment(static_root=folder / "static", database_url=address)
    for command in (["collectstatic", "--no-input"], ["migrate"], ["seed"]):
        assert manage(environment, *command).returncode == 0
    assert manage(environment, "shell", "-c", MAKE_PERSON).returncode == 0
    ports = (free_port(), free_port())
    nginx = Nginx(
        folder,
        portal_port=ports[0],
        https_port=free_port(),
        http_port=free_port(),
        other_portals=ports[1:],
    )
    program = nginx_program(folder / "apt.log")
    nginx.prepare()
    two = TwoPortals(nginx, environment, folder, ports)
    with ExitStack() as at_the_end:
        at_the_end.callback(query, postgres, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        for port in ports:
            two.start(port)
            at_the_end.callback(lambda port=port: two.stop(port))
        nginx.start(program)
        at_the_end.callback(nginx.stop)
        yield two


def sign_in(client: httpx.Client) -> None:
    page = html.fromstring(client.get("/accounts/login/").content)
    token = page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    form = {"login": "ada@belfry.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post("/accounts/login/", data=form)
    assert answer.status_code == 302, answer.text


def test_somebody_signed_in_at_one_portal_is_signed_in_at_the_other(portals: TwoPortals) -> None:
    with portals.client() as client:
        sign_in(client)
        for _ in range(10):
            assert client.get("/applications/").status_code == 200
    assert all(portals.answered(port) for port in portals.ports)


def test_portals_are_restarted_one_after_the_other_and_no_request_is_lost(
    portals: TwoPortals,
) -> None:
    answers: list[int] = []
    done = threading.Event()

    def read() -> None:
        with portals.client() as client:
            sign_in(client)
            while not done.is_set():
                answers.append(client.get("/applications/").status_code)
                done.wait(0.1)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for port in portals.ports:
            portals.stop(port)
            portals.start(port)
    finally:
        done.set()
        reader.join(timeout=60)
    assert len(answers) > 5
    assert set(answers) == {200}
