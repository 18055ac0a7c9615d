"""Makes files as the worker makes them, and measures: a child of `bench.reports`.

Each file is made by a process of its own, whose memory is then that file's.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import date, timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from bench.report_world import staff_member  # noqa: E402
from portal.exports.contents import write_contents  # noqa: E402
from portal.exports.folder import EXPORTS  # noqa: E402
from portal.models import Export, FileFormat, ReportKind  # noqa: E402

FILES = (
    (ReportKind.JOBS, FileFormat.CSV, 1),
    (ReportKind.JOBS, FileFormat.CSV, 92),
    (ReportKind.JOBS, FileFormat.XLSX, 1),
    (ReportKind.JOBS, FileFormat.XLSX, 10),
    (ReportKind.USAGE, FileFormat.XLSX, 365),
    (ReportKind.USAGE, FileFormat.JSON, 365),
    (ReportKind.PROGRAMME, FileFormat.PDF, 365),
)
"""What is made, and of how many days: the memory of many days must be that of one."""


def main() -> None:
    """Each file in turn, or with arguments that one."""
    if len(sys.argv) > 1:
        print(json.dumps(_made(ReportKind(sys.argv[1]), FileFormat(sys.argv[2]), int(sys.argv[3]))))
        return
    found = {}
    for kind, file_format, days in FILES:
        asked = (kind.value, file_format.value, str(days))
        ended = subprocess.run(
            [sys.executable, "-m", "bench.report_exports", *asked],
            stdout=subprocess.PIPE,
            check=True,
        )
        name = f"{kind.value}_{file_format.value}_of_{days}_days"
        found[name] = json.loads(ended.stdout)
        print(f"  {name}: {found[name]}", file=sys.stderr, flush=True)
    print(json.dumps(found))


def _made(kind: ReportKind, file_format: FileFormat, days: int) -> dict[str, float]:
    last = timezone.now().date() - timedelta(days=1)
    export = Export(
        person=staff_member(), kind=kind, file_format=file_format, query=_query(last, days)
    )
    told: list[int] = []
    before = _memory_mb()
    began = time.perf_counter()
    try:
        size = EXPORTS.write_whole(
            export.file_name,
            lambda target: write_contents(export, target, lambda done, _total: told.append(done)),
        )
    finally:
        EXPORTS.remove(export.file_name)
    seconds = time.perf_counter() - began
    rows = max(told, default=0)
    return {
        "seconds": round(seconds, 1),
        "rows": rows,
        "rows_per_second": round(rows / seconds),
        "megabytes": round(size / 1_000_000, 1),
        "memory_mb": round(_memory_mb()),
        "memory_before_mb": round(before),
        "times_told": len(told),
    }


def _query(last: date, days: int) -> dict[str, str]:
    return {"from": str(last - timedelta(days=days - 1)), "to": str(last)}


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
