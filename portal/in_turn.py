"""Pages are made a few at once, so that who asked first is answered first.

All threads of a process share one interpreter. Of sixteen pages that it makes at once each takes
sixteen times as long, and nobody has theirs sooner; in turn, half of them are there in half the
time. Threads beyond these few are for bridges, which hold one while they wait for news.
"""

from collections.abc import Callable
from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponse

AT_ONCE = 2
"""While one is made in Python, another may wait for PostgreSQL."""
LONGEST_WAIT_SECONDS = 2.0
"""After that a page is made beside the others, which may hang where a provider does not answer."""
_PROGRAMS = "/api/"


class InTurnMiddleware:
    """Lets a request wait until one of the few before it is answered; programs never wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._turns = BoundedSemaphore(AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in its turn."""
        if request.path.startswith(_PROGRAMS):
            return self.get_response(request)
        has_turn = self._turns.acquire(timeout=LONGEST_WAIT_SECONDS)
        try:
            return self.get_response(request)
        finally:
            if has_turn:
                self._turns.release()
