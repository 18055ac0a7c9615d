"""An iterator that a thread of its own reads, a few items ahead of whoever uses them."""

import threading
from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LOOK_SECONDS = 0.2


class _End:
    """Comes after the last item, with what the source raised."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class ReadAhead(Generic[Item]):
    """Begins at once; `close` ends the source, whether or not it was used up."""

    def __init__(self, source: Generator[Item, None, None], *, most: int) -> None:
        self._source = source
        self._items: Queue[Item | _End] = Queue(most)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="read-ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        """The items in order; then whatever the source raised."""
        while True:
            item = self._items.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    def close(self) -> None:
        """Let the source clean up, and wait for it."""
        self._closed.set()
        while self._thread.is_alive():
            try:
                self._items.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
        self._thread.join()

    def _fill(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._source:
                if not self._put(item):
                    return
        except BaseException as raised:  # noqa: BLE001 - it is raised where items are used
            error = raised
        finally:
            self._source.close()
            self._put(_End(error))

    def _put(self, item: Item | _End) -> bool:
        while not self._closed.is_set():
            try:
                self._items.put(item, timeout=_LOOK_SECONDS)
            except Full:
                continue
            return True
        return False
