"""A few pages at once, and programs beside them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal import in_turn
from portal.in_turn import AT_ONCE, InTurnMiddleware

ENOUGH_SECONDS = 20


@pytest.fixture
def people() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2 * AT_ONCE) as threads:
        yield threads


class Pages:
    """Each page is being made until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = Semaphore(0), Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.begun.release()
        assert self.may_end.wait(ENOUGH_SECONDS)
        return HttpResponse(request.path)

    def begins(self, *, within_seconds: float = ENOUGH_SECONDS) -> bool:
        return self.begun.acquire(timeout=within_seconds)


def get(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def test_pages_beyond_the_few_wait_and_programs_do_not(
    people: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_turn, "LONGEST_WAIT_SECONDS", ENOUGH_SECONDS)
    pages = Pages()
    answer = InTurnMiddleware(pages)
    first = [people.submit(answer, get("/")) for _ in range(AT_ONCE)]
    assert all(pages.begins() for _ in first)
    last = people.submit(answer, get("/applications/"))
    assert not pages.begins(within_seconds=0.1)
    program = people.submit(answer, get("/api/v1/projects"))
    assert pages.begins()
    pages.may_end.set()
    paths = [future.result(ENOUGH_SECONDS).content for future in (*first, last, program)]
    assert paths == [b"/"] * AT_ONCE + [b"/applications/", b"/api/v1/projects"]


def test_pages_that_hang_hold_nobody_up_for_long(
    people: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_turn, "LONGEST_WAIT_SECONDS", 0.05)
    pages = Pages()
    answer = InTurnMiddleware(pages)
    hanging = [people.submit(answer, get("/")) for _ in range(AT_ONCE + 1)]
    assert all(pages.begins() for _ in hanging)
    pages.may_end.set()
    assert [future.result(ENOUGH_SECONDS).status_code for future in hanging] == [200] * (
        AT_ONCE + 1
    )


def test_a_page_that_fails_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_turn, "LONGEST_WAIT_SECONDS", ENOUGH_SECONDS)
    answered = []

    def fail(request: HttpRequest) -> HttpResponse:
        answered.append(request.path)
        raise RuntimeError

    answer = InTurnMiddleware(fail)
    began = time.monotonic()
    for _ in range(2 * AT_ONCE):
        with pytest.raises(RuntimeError):
            answer(get("/"))
    assert len(answered) == 2 * AT_ONCE
    assert time.monotonic() - began < ENOUGH_SECONDS
