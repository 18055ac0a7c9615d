"""Several people at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection

from allocations.errors import AllocationsError


def together(*acts: Callable[[], object]) -> list[str]:
    """Do all at once; what was refused."""
    start, refused = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            act()
        except AllocationsError as error:
            refused.append(str(error))
        except Exception as error:  # noqa: BLE001  # shown by the assertion
            refused.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refused
