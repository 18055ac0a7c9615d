"""Jobs out of sacct, whatever their users have called them."""

import json
from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm import accounting
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.job_fields import (
    FIELD_COUNT,
    FIELDS,
    LONGEST_TEXT,
    row_blocks,
    run_of,
)
from slurm_bridge.wire_accounting import JobRow, UnreadRow
from tests.slurm_bridge.portions import rows_of
from tests.slurm_bridge.programs import write_program

ROW = {
    "DBIndex": "7",
    "JobIDRaw": "107",
    "JobID": "107",
    "Account": "p1",
    "Submit": "1000",
    "Eligible": "1005",
    "Start": "1010",
    "End": "1030",
    "Suspended": "00:00:05",
    "State": "COMPLETED",
    "ExitCode": "0:0",
    "AllocTRES": "billing=1,cpu=8,gres/gpu=2,gres/gpu:h200=2,node=1",
    "NodeList": "node[1-2]",
    "User": "ada",
    "Partition": "h200",
    "QOS": "p1_q",
    "JobName": "train",
}

# Like sacct: it puts the delimiter that it was given between the fields of each row.
FAKE_SACCT = """exec python3 -c '
import json, sys
delimiter = [a for a in sys.argv if a.startswith("--delimiter=")][0].split("=", 1)[1]
answer = json.load(open(sys.argv[1]))
for row in answer["rows"]:
    sys.stdout.write(delimiter.join(row) + "\\n")
open(sys.argv[1] + ".args", "a").write(json.dumps(sys.argv[2:]) + "\\n")
sys.exit(answer["code"])
' {answer} "$@"
"""


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return tmp_path / "answer.json"


@pytest.fixture
def reader(tmp_path: Path, answer: Path) -> JobReader:
    write_program(tmp_path / "bin", "sacct", FAKE_SACCT.replace("{answer}", str(answer)))
    return JobReader(Commands(slurm_bin=tmp_path / "bin"), "zellik", timeout_seconds=10)


def says(answer: Path, *rows: dict[str, str], code: int = 0) -> None:
    cells = [[(ROW | row)[field] for field in FIELDS.split(",")] for row in rows]
    answer.write_text(json.dumps({"rows": cells, "code": code}), encoding="utf-8")


def jobs(reader: JobReader, *accounts: str) -> list[JobRow]:
    rows = rows_of(reader.portions_between(0, None, accounts or ("p1",)))
    return [row for row in rows if isinstance(row, JobRow)]


def test_finished_job_is_read_with_what_it_was_charged(reader: JobReader, answer: Path) -> None:
    says(answer, {})

    (row,) = jobs(reader)

    assert row == JobRow(
        db_index=7,
        job_id=107,
        account="p1",
        username="ada",
        partition="h200",
        qos="p1_q",
        state="COMPLETED",
        submitted_at=1000,
        eligible_at=1005,
        started_at=1010,
        ended_at=1030,
        suspended_seconds=5,
        gpus=2,
        cpus=8,
        nodes=1,
        nodes_used="node[1-2]",
        exit_code="0:0",
        name="train",
    )


def test_running_job_has_no_end(reader: JobReader, answer: Path) -> None:
    says(answer, {"State": "RUNNING", "End": "Unknown"})
    (row,) = jobs(reader)
    assert (row.state, row.ended_at) == ("RUNNING", None)


def test_array_tasks_and_requeued_runs_are_kept_apart(reader: JobReader, answer: Path) -> None:
    says(
        answer,
        {"DBIndex": "1", "JobID": "8_3", "JobIDRaw": "8"},
        {"DBIndex": "2", "JobIDRaw": "9", "JobID": "9", "State": "REQUEUED"},
        {"DBIndex": "3", "JobIDRaw": "9", "JobID": "9"},
    )

    task, first_run, second_run = jobs(reader)

    assert (task.array_job_id, task.array_task_id) == (8, 3)
    assert (first_run.db_index, second_run.db_index) == (2, 3)
    assert first_run.job_id == second_run.job_id


def test_waiting_job_is_not_sent_and_one_cancelled_before_it_began_is(
    reader: JobReader, answer: Path
) -> None:
    says(
        answer,
        {"State": "PENDING", "Start": "Unknown", "End": "Unknown", "JobID": "8_[1-5]"},
        {
            "State": "CANCELLED by 1000",
            "Eligible": "Unknown",
            "Start": "None",
            "AllocTRES": "",
            "NodeList": "None assigned",
            "Suspended": "",
        },
    )

    (row,) = jobs(reader)

    assert (row.state, row.started_at, row.gpus) == ("CANCELLED", None, 0)
    assert (row.eligible_at, row.nodes_used) == (None, "")


def test_only_belfrys_accounts_are_read(reader: JobReader, answer: Path) -> None:
    says(answer, {"DBIndex": "1"}, {"DBIndex": "2", "Account": "physics"})
    assert [row.db_index for row in jobs(reader)] == [1]


@pytest.mark.parametrize(
    "name",
    [
        "a|b",
        "tab\there",
        "unit\x1fseparator",
        "first\nsecond",
        "ends in break\n",
        "\n\n",
        "",
        "|".join([*list(ROW.values())[:-1], "x"]),
        "x\n" + "|".join(["99", "99", "99", "p2", *list(ROW.values())[4:]]),
        "\r\n8",
    ],
)
def test_hostile_name_stays_a_name(reader: JobReader, answer: Path, name: str) -> None:
    says(answer, {"DBIndex": "1", "JobName": name}, {"DBIndex": "2", "Account": "p2"})

    first, second = jobs(reader, "p1", "p2")

    assert (first.db_index, first.account, first.name) == (1, "p1", name[:200])
    assert (second.db_index, second.account, second.name) == (2, "p2", "train")
    assert reader.invalid_rows == 0


def test_delimiter_is_another_one_each_time(reader: JobReader, answer: Path) -> None:
    says(answer, {})
    jobs(reader)
    jobs(reader)

    calls = [
        json.loads(line)
        for line in answer.with_name("answer.json.args").read_text(encoding="utf-8").splitlines()
    ]

    delimiters = {arg for call in calls for arg in call if arg.startswith("--delimiter=")}
    assert len(delimiters) == 2
    assert all(len(delimiter) >= len("--delimiter=") + 16 for delimiter in delimiters)


def test_name_that_is_no_text_or_very_long_is_made_valid() -> None:
    cells = [value.encode() for value in ROW.values()]
    cells[-1] = b"caf\xe9\0" + b"x" * 500
    whole, _others = next(row_blocks([b";".join(cells)], ";", at_once=1))
    row = run_of(whole).row(0)

    assert row.name.startswith("caf��x")
    assert len(row.name) == 200


@pytest.mark.parametrize(
    "damage",
    [{"DBIndex": "x"}, {"Start": "yesterday"}, {"State": "odd state"}, {"Suspended": "long"}],
)
def test_row_that_cannot_be_understood_is_counted_and_the_others_are_kept(
    reader: JobReader, answer: Path, damage: dict[str, str]
) -> None:
    says(answer, {"State": "odd"} | damage, {"DBIndex": "2"})

    assert [row.db_index for row in jobs(reader)] == [2]
    assert reader.invalid_rows == 1


def test_row_that_cannot_be_understood_is_handed_on_with_its_numbers_and_the_reason(
    reader: JobReader, answer: Path
) -> None:
    says(answer, {"Start": "yesterday", "JobName": "x" * 5000})

    (unread,) = rows_of(reader.portions_between(0, None, ["p1"]))

    assert isinstance(unread, UnreadRow)
    assert (unread.db_index, unread.job_id, unread.account) == (7, 107, "p1")
    assert "yesterday" in unread.reason
    assert unread.text.startswith("7 | 107 | 107 | p1")
    assert len(unread.text) == LONGEST_TEXT


def test_row_that_is_not_whole_is_handed_on_without_what_may_be_anothers(
    reader: JobReader, answer: Path
) -> None:
    answer.write_text(json.dumps({"rows": [["7", "107", "107", "p2"]], "code": 0}))

    (unread,) = rows_of(reader.portions_between(0, None, ["p1"]))

    assert isinstance(unread, UnreadRow)
    assert (unread.db_index, unread.job_id) == (7, 107)
    assert (unread.account, unread.text) == ("", "7 | 107")


def test_row_of_twice_as_many_fields_is_not_taken_for_two(reader: JobReader, answer: Path) -> None:
    cells = [ROW[field] for field in FIELDS.split(",")]
    answer.write_text(json.dumps({"rows": [cells + cells], "code": 0}))

    (unread,) = rows_of(reader.portions_between(0, None, ["p1"]))

    assert isinstance(unread, UnreadRow)
    assert unread.reason == "a row of 34 fields instead of 17"


def test_name_of_millions_of_characters_takes_no_memory(reader: JobReader, answer: Path) -> None:
    says(answer, {"JobName": "x\n" * 1_000_000}, {"DBIndex": "8"})
    assert [(row.db_index, len(row.name)) for row in jobs(reader)] == [(7, 200), (8, 5)]


def test_jobs_are_asked_for_by_their_numbers(reader: JobReader, answer: Path) -> None:
    says(answer, {"DBIndex": "1"}, {"DBIndex": "2", "Account": "physics"})

    (row,) = reader.jobs_numbered([107, 9], ["p1"])

    assert isinstance(row, JobRow)
    asked = json.loads(answer.with_name("answer.json.args").read_text(encoding="utf-8"))
    assert "--jobs=9,107" in asked


def test_row_with_too_few_fields_is_counted_and_the_others_are_kept() -> None:
    lines = [b"1;2", b";".join([b"x"] * FIELD_COUNT)]
    (block,) = row_blocks(lines, ";", at_once=2)
    assert block == (["x"] * FIELD_COUNT, [["1", "2"]])


@pytest.mark.parametrize("at_once", [1, 2, 3, 7])
def test_lines_that_continue_a_row_stay_with_it_wherever_a_block_ends(
    reader: JobReader, answer: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounting, "BLOCK_ROWS", 2)
    names = ["a\nb", "c", "d\n", "other's\nname", "waits\nstill", "e\n\nf", "g"]
    odd = {3: {"Account": "p2"}, 4: {"State": "PENDING", "End": "Unknown"}, 5: {"Start": "when"}}
    says(
        answer,
        *({"DBIndex": str(n), "JobName": name} | odd.get(n, {}) for n, name in enumerate(names)),
    )

    portions = list(reader.portions_between(0, None, ["p1"], at_once=at_once))

    rows = [row for portion in portions for row in portion.rows()]
    assert {row.db_index: row.name for row in rows if isinstance(row, JobRow)} == {
        n: names[n] for n in (0, 1, 2, 6)
    }
    assert [row.db_index for row in rows if isinstance(row, UnreadRow)] == [5]
    assert all(len(portion) <= max(at_once, 2) for portion in portions)


def test_half_an_answer_is_a_failure_and_its_last_row_is_not_believed(
    reader: JobReader, answer: Path
) -> None:
    says(answer, {"DBIndex": "1"}, {"DBIndex": "2", "JobName": "cut o"}, code=1)
    rows = rows_of(reader.portions_between(0, None, ["p1"], at_once=1))

    assert next(rows).db_index == 1
    with pytest.raises(TransientSlurmError):
        next(rows)


def test_key_of_all_64_bits_is_kept_as_a_signed_number(reader: JobReader, answer: Path) -> None:
    says(answer, {"DBIndex": str(2**64 - 5)}, {"DBIndex": str(2**63 - 1)}, {"DBIndex": str(2**64)})

    assert [row.db_index for row in jobs(reader)] == [-5, 2**63 - 1]
    assert reader.invalid_rows == 1
