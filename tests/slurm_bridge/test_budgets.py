"""Slurm's counters and GPU types, as 22.05 prints them."""

from slurm_bridge.slurm.budgets import BudgetCounter, parse_budgets, parse_gpu_types

QOS = (
    "QOS=aif26fl0001_zellik(2) UsageRaw=7512.000000 GrpJobs=N(2) GrpTRES=cpu=N(2),gres/gpu=N(3)"
    " GrpTRESMins=cpu=N(65),node=N(9),gres/gpu={}(125) GrpTRESRunMins=cpu=N(65),gres/gpu=N(40)"
    " Account Limits= aif26fl0001={{MaxTRESPA=cpu=N(2),gres/gpu=N(3)}}"
)


def test_used_and_reserved_minutes_are_read_with_and_without_a_limit() -> None:
    text = "Current Association Manager state\nQOS Records\n"
    for limit in ("600", "N"):
        counters = parse_budgets(text + QOS.format(limit))
        assert counters == {"aif26fl0001_zellik": BudgetCounter(used=125, reserved=40)}


def test_what_is_no_qos_is_left_out() -> None:
    text = "QOS=half(2\nQOS=(3) GrpTRESMins=gres/gpu=N(4)\nNonsense\n\nQOS=normal(1) GrpTRESMins=\n"
    assert parse_budgets(text) == {"normal": BudgetCounter()}


def test_gpu_types_are_those_of_the_nodes_of_each_partition() -> None:
    text = (
        "NodeName=n1 Gres=gpu:h200:4(S:0-1),shard:8 Partitions=h200,all \n"
        "NodeName=n2 Gres=gpu:a100_80:4 Partitions=all \n"
        "NodeName=n3 Gres=gpu:4 Partitions=plain \n"
        "NodeName=n4 Gres=(null) Partitions=cpu \n"
        "NodeName=n5 Gres=gpu:h200:4\n"
    )
    assert parse_gpu_types(text) == {
        "h200": ("h200",),
        "all": ("a100_80", "h200"),
        "plain": (),
        "cpu": (),
    }
