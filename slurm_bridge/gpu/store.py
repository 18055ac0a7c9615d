"""What an exporter has counted, in a small file, so that a restart loses nothing."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slurm_bridge.gpu.counters import Activity, Counter
from slurm_bridge.gpu.ledger import Key, Ledger
from slurm_bridge.gpu.minutes import MinuteSeries

log = logging.getLogger(__name__)

FORM = 1
LARGEST_FILE = 64 * 2**20


@dataclass
class Store:
    """Two files in one folder: counters, written with each sample, and minutes, once a minute."""

    folder: Path
    _over: dict[Key, str] = field(default_factory=dict)
    """Counters that are over, as they stand in the file: they change no more."""

    def save_counters(self, ledger: Ledger) -> None:
        """Replace the counters' file, whole or not at all."""
        running = set(ledger.running.values())
        over = {}
        texts = []
        for key, counter in ledger.counters.items():
            text = (None if key in running else self._over.get(key)) or _compact(counter)
            texts.append(text)
            if key not in running:
                over[key] = text
        self._over = over
        self._replace(
            "counters.json",
            f'{{"form":{FORM},"running":{_compact(list(running))},"counters":[{",".join(texts)}]}}',
        )

    def save_minutes(self, ledger: Ledger) -> None:
        """Replace the minutes' file, whole or not at all."""
        series = [
            [*key, sorted((number, *minute) for number, minute in item.minutes.items())]
            for key, item in ledger.series.items()
            if item.minutes
        ]
        self._replace("minutes.json", _compact({"form": FORM, "series": series}))

    def load(self, ledger: Ledger) -> None:
        """Go on where the files end; one that cannot be used is put aside, and said."""
        for name, take in (("counters.json", _take_counters), ("minutes.json", _take_minutes)):
            path = self.folder / name
            try:
                content = _read(path)
                if content is not None:
                    take(ledger, content)
            except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
                self._put_aside(path, error)

    def _replace(self, name: str, text: str) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text, encoding="ascii")
        fresh.replace(self.folder / name)

    def _put_aside(self, path: Path, error: Exception) -> None:
        aside = path.with_suffix(".unreadable")
        log.error("%s cannot be used (%s); it is kept as %s", path, error, aside)
        try:
            path.replace(aside)
        except OSError as failure:
            log.error("and cannot be moved there: %s", failure)  # noqa: TRY400 - one sentence is all


def _compact(content: object) -> str:
    return json.dumps(content, default=vars, separators=(",", ":"))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("it is far too large")
        content = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ValueError("it has another form")
    return content


def _take_counters(ledger: Ledger, content: dict[str, Any]) -> None:
    counters = {counter.key: counter for counter in map(_counter, content["counters"])}
    running = [_key(key) for key in content["running"]]
    ledger.counters = counters
    ledger.series = {key: MinuteSeries() for key in counters}
    ledger.running = {(key[0], key[1]): key for key in running if key in counters}


def _take_minutes(ledger: Ledger, content: dict[str, Any]) -> None:
    series = {}
    for job_id, gpu, began, minutes in content["series"]:
        series[_key((job_id, gpu, began))] = dict(_minutes(minutes))
    for key, known in series.items():
        if key in ledger.series:
            ledger.series[key].minutes = known


def _minutes(rows: list[list[int | None]]) -> Iterator[tuple[int, tuple[Any, Any, Any]]]:
    for number, utilisation, memory, power in rows:
        values = (utilisation, memory, power)
        if not isinstance(number, int) or not all(isinstance(v, int | None) for v in values):
            raise TypeError("a minute is no row of numbers")
        yield number, values


def _key(values: Any) -> Key:
    job_id, gpu, began = values
    if not (isinstance(job_id, int) and isinstance(gpu, str) and isinstance(began, int)):
        raise TypeError("a counter's key is none")
    return job_id, gpu, began


_ACTIVITIES = ("idle", "utilisation", "sm_active", "tensor_active", "dram_active")
_NUMBERS = ("gpu_index", "last_sample_at", "samples", "observed_seconds")


def _counter(values: dict[str, Any]) -> Counter:
    values = dict(values)
    for name in _ACTIVITIES:
        activity = Activity(**values[name])
        if not all(isinstance(value, int | float) for value in asdict(activity).values()):
            raise TypeError(f"{name} is no sum")
        values[name] = activity
    counter = Counter(**values)
    _key(counter.key)
    if not all(isinstance(values[name], int | float) for name in _NUMBERS):
        raise TypeError("a counter is none")
    return counter
