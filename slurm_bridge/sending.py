"""What is on its way to the portal: a little at once, so that neither end waits for the other.

While the portal stores one batch it takes the next one apart, and the bridge packs a third.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

AT_ONCE = 2

Delivery = Callable[[], object]


class Sending:
    """Makes deliveries in threads of its own; what one raises, a later call raises again.

    Left by an error, it begins no other delivery and waits for those that have begun.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sending")
        self._underway: deque[Future[object]] = deque()

    def __enter__(self) -> "Sending":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=kind is not None)

    def send(self, delivery: Delivery) -> None:
        """Make a delivery, beside the one before; wait as long as two are underway."""
        while len(self._underway) >= AT_ONCE:
            self._underway.popleft().result()
        self._underway.append(self._threads.submit(delivery))

    def send_after_all(self, delivery: Delivery) -> None:
        """Make a delivery once everything sent before has arrived, and not if any of it fails."""
        before = tuple(self._underway)
        self.send(lambda: _after(before, delivery))

    def finish(self) -> None:
        """Return when everything has arrived."""
        while self._underway:
            self._underway.popleft().result()


def _after(before: Iterable[Future[object]], delivery: Delivery) -> object:
    for earlier in before:
        earlier.result()
    return delivery()
