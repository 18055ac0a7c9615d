"""gunicorn with the shipped configuration behind nginx with the shipped site, as in production."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.testbed.layout import REPOSITORY, Layout
from deploy.testbed.postgres import query
from slurm_bridge.wire import API_PREFIX
from tests.deploy.loopback import ToLoopback
from tests.deploy.nginx import Nginx, free_port, nginx_program, wait_for_port
from tests.migrated import make_migrated
from tests.production import HOST, manage, production_environment

DATABASE = "belfry_production_test"
GUNICORN = REPOSITORY / ".venv" / "bin" / "gunicorn"
COMMAND = [GUNICORN, "--config", "deploy/gunicorn.conf.py", "portal.wsgi"]


@dataclass
class Production:
    """A portal behind nginx, and a client that speaks to it by its name."""

    client: httpx.Client
    nginx: Nginx
    environment: dict[str, str]
    portal_log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET over TLS."""
        return self.client.get(path, headers=headers)


@pytest.fixture(scope="module")
def production(postgres: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Everything started once for this file, and stopped."""
    folder = tmp_path_factory.mktemp("production")
    folder.chmod(0o755)
    make_migrated(postgres, DATABASE)
    environment = production_environment(
        static_root=folder / "static",
        database_url=f"postgresql://belfry@127.0.0.1:{postgres.postgres_port}/{DATABASE}",
    )
    for command in (["collectstatic", "--no-input"], ["migrate"], ["seed"], ["check", "--deploy"]):
        ended = manage(environment, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    port = free_port()
    environment |= {"BELFRY_BIND": f"127.0.0.1:{port}", "BELFRY_THREADS": "8"}
    nginx = Nginx(folder, portal_port=port, https_port=free_port(), http_port=free_port())
    program = nginx_program(folder / "apt.log")
    nginx.prepare()
    log = folder / "portal.log"
    with log.open("wb") as output:
        portal = subprocess.Popen(
            COMMAND, cwd=REPOSITORY, env=environment, stdout=output, stderr=output
        )
    try:
        wait_for_port(port)
        nginx.start(program)
        with httpx.Client(
            base_url=f"https://{HOST}:{nginx.https_port}",
            transport=ToLoopback(nginx),
            timeout=30,
        ) as client:
            yield Production(client, nginx, environment, log)
    finally:
        nginx.stop()
        portal.terminate()
        portal.wait(timeout=30)
        query(postgres, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def test_nginx_finds_no_fault_with_the_site(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    nginx = Nginx(tmp_path, portal_port=8000, https_port=free_port(), http_port=free_port())
    program = nginx_program(tmp_path / "apt.log")
    nginx.prepare()
    ended = nginx.test(program)
    assert ended.returncode == 0, ended.stderr
    assert "[warn]" not in ended.stderr


def test_the_portal_and_its_database_answer_through_nginx(production: Production) -> None:
    answer = production.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_plain_http_is_led_to_https(production: Production) -> None:
    answer = httpx.get(
        f"http://127.0.0.1:{production.nginx.http_port}/projects/?page=2",
        headers={"Host": "evil.example.org"},
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{HOST}/projects/?page=2"


def test_the_sign_in_page_carries_the_security_headers(production: Production) -> None:
    answer = production.get("/accounts/login/")
    assert answer.status_code == 200
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "nginx/" not in headers["Server"]
    for name in (
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Content-Security-Policy",
    ):
        assert len(headers.get_list(name)) == 1
    cookies = headers.get_list("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "Secure" in cookie
        assert "SameSite=Lax" in cookie


def test_a_page_is_not_compressed_and_a_static_file_is_hashed_and_compressed(
    production: Production,
) -> None:
    page = production.get("/accounts/login/", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert style
    assert re.search(r"\.[0-9a-f]{12}\.css$", style[1])
    answer = production.get(style[1], **{"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]


def test_nothing_on_the_page_comes_from_another_host(production: Production) -> None:
    page = production.get("/accounts/login/").text
    assert re.findall(r'(?:src|href)="(https?:)?//[^"]*"', page) == []


def test_a_browser_cannot_claim_a_scheme_or_an_address(production: Production) -> None:
    forged = {"X-Forwarded-Proto": "http", "X-Real-IP": "9.9.9.9", "X-Forwarded-For": "9.9.9.9"}
    assert production.get("/accounts/login/", **forged).status_code == 200
    assert "9.9.9.9" not in production.portal_log.read_text()


def test_a_host_that_is_not_ours_is_refused(production: Production) -> None:
    answer = httpx.get(
        f"http://{production.environment['BELFRY_BIND']}/accounts/login/",
        headers={"Host": "evil.example.org", "X-Forwarded-Proto": "https"},
    )
    assert answer.status_code == 400


def test_logs_hold_no_query_and_no_secret_of_a_path(production: Production) -> None:
    production.get("/accounts/login/?next=/very-secret-query")
    production.get("/accounts/confirm-email/very-secret-key/")
    production.get("/accounts/password/reset/key/1-very-secret-key/")
    production.get("/invitations/very-secret-token/")
    deadline = time.monotonic() + 10
    while "invitations" not in production.nginx.log() and time.monotonic() < deadline:
        time.sleep(0.1)
    for log in (production.nginx.log(), production.portal_log.read_text()):
        assert "/accounts/login/" in log
        assert "/invitations/" in log
        assert "/accounts/confirm-email/" in log
        assert "very-secret" not in log


def test_a_bridge_waits_through_nginx_and_posts_more_than_a_page_may(
    production: Production,
) -> None:
    token = manage(production.environment, "bridge_token", "zellik").stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    first = production.get(f"{API_PREFIX}/desired-state", **headers)
    assert first.status_code == 200
    begin = time.monotonic()
    again = production.get(
        f"{API_PREFIX}/desired-state?wait=2", **headers, **{"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert time.monotonic() - begin >= 1.9
    url = f"{API_PREFIX}/jobs"
    allowed = production.client.post(url, content=b" " * 4_000_000, headers=headers)
    assert allowed.status_code == 400
    too_big = production.client.post(url, content=b" " * 4_500_000, headers=headers)
    assert too_big.status_code == 413
    assert "error" in too_big.json()
    page = production.client.post("/accounts/login/", content=b" " * 3_000_000)
    assert page.status_code == 413
    assert page.headers["Content-Type"] == "text/html"


def test_all_bridges_may_wait_while_people_are_served(production: Production) -> None:
    token = manage(production.environment, "bridge_token", "charleroi").stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    tag = production.get(f"{API_PREFIX}/desired-state", **headers).headers["ETag"]
    url = f"http://{production.environment['BELFRY_BIND']}{API_PREFIX}/desired-state?wait=4"
    behind = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Real-IP": "127.0.0.1"}
    waiting = [
        threading.Thread(
            target=httpx.get,
            args=(url,),
            kwargs={"headers": headers | behind | {"If-None-Match": tag}, "timeout": 30},
        )
        for _ in range(10)
    ]
    for thread in waiting:
        thread.start()
    begin = time.monotonic()
    assert production.get("/accounts/login/").status_code == 200
    assert time.monotonic() - begin < 3
    for thread in waiting:
        thread.join(timeout=30)


def test_many_attempts_to_sign_in_are_slowed_down(production: Production) -> None:
    answers = [production.client.post("/accounts/login/").status_code for _ in range(25)]
    assert 429 in answers
    assert production.get("/accounts/login/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BELFRY_SECRET_KEY": ""}, "BELFRY_SECRET_KEY is missing"),
        ({"BELFRY_THREADS": "many"}, "BELFRY_THREADS"),
        ({"BELFRY_WORKERS": "0"}, "BELFRY_WORKERS"),
    ],
)
def test_gunicorn_does_not_start_with_a_wrong_setting(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    environment = production_environment(static_root=tmp_path) | changes
    environment["BELFRY_BIND"] = f"127.0.0.1:{free_port()}"
    ended = subprocess.run(
        COMMAND,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == os.EX_CONFIG
    assert said in ended.stderr
