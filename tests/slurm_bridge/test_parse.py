"""Slurm's text, as 22.05 writes it, taken apart."""

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.rows import AccountRow, AssociationRow
from slurm_bridge.slurm import parse
from slurm_bridge.slurm.text import parse_duration, parse_tres


def test_associations_of_accounts_and_of_members_are_told_apart() -> None:
    account, member = parse.parse_associations(
        "zellik|p1|||aif|p1_q|0||p1_q\nzellik|p1|ada||||||p1_q,normal\n"
    )

    assert account == AssociationRow(
        "zellik", "p1", parent="aif", default_qos="p1_q", grp_submit_jobs=0, qos=frozenset({"p1_q"})
    )
    assert member.user == "ada"
    assert member.qos == {"p1_q", "normal"}


@pytest.mark.parametrize(
    "line",
    ["zellik|p1|ada", "zellik||ada||||||x", "zellik|p1|||aif|||||p|q", "zellik|p1||||x|many||x"],
)
def test_association_that_is_not_whole_stops_the_cycle(line: str) -> None:
    with pytest.raises(TransientSlurmError):
        parse.parse_associations(line)


def test_description_may_span_lines_and_hold_the_delimiter() -> None:
    rows = parse.parse_accounts("aif|belfry-x first\nsecond line\nroot|default | root account\n")

    assert rows == (
        AccountRow("aif", "belfry-x first\nsecond line"),
        AccountRow("root", "default | root account"),
    )


def test_answer_that_begins_in_the_middle_stops_the_cycle() -> None:
    with pytest.raises(TransientSlurmError):
        parse.parse_accounts("second line\naif|x\n")


def test_qos_without_a_limit_on_gpus_has_no_budget() -> None:
    free, limited = parse.parse_qos("normal|||Normal\nq|NoDecay,DenyOnLimit|cpu=5,gres/gpu=70|b\n")

    assert free.gpu_minutes is None
    assert limited.gpu_minutes == 70
    assert limited.flags == {"NoDecay", "DenyOnLimit"}


def test_tres_list_is_parsed_and_not_read_as_text() -> None:
    tres = parse_tres("billing=600,cpu=8,gres/gpu=2,gres/gpu:h200=2,mem=4.5G,node=1")
    assert (tres["gres/gpu"], tres["cpu"], tres["node"]) == (2, 8, 1)
    assert parse_tres("") == {}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:03", 3), ("05:06", 306), ("1-02:03:04", 93_784), ("00:01.500", 1)],
)
def test_durations_are_seconds(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "UNLIMITED", "1:2:3:4", "-1:00"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        parse_duration(text)
