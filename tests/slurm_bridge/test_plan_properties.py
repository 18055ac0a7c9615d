"""What holds for every plan, from whatever state a cluster is in."""

from hypothesis import given, settings
from hypothesis import strategies as st

from slurm_bridge.apply import Applier
from slurm_bridge.ownership import carries_mark
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.plan import plan
from slurm_bridge.rows import AssociationRow, QosRow
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.slurm.memory_partitions import MemoryPartitionFile
from slurm_bridge.wire import (
    DesiredAccount,
    DesiredPartition,
    DesiredQos,
    DesiredState,
    DesiredUser,
    KeptPartition,
)
from tests.slurm_bridge.worlds import CLUSTER, TREE, MemoryDirectory, read_state

PROJECTS = ("p1", "p2", "p3")
ACCOUNTS = ("aif", "aif_fl", *PROJECTS)
USERS = ("ada", "bob", "cem", "dee")
PARTITIONS = ("h200", "ia", "open")
NODES = ("n1", "n2", "n3")
FLAGS = ("NoDecay", "DenyOnLimit", "NoReserve")


def own_mark(name: str) -> str:
    return "belfry-tree" if name.startswith("aif") else f"belfry-{name}"


def subsets(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


@st.composite
def dedicated_partitions(draw: st.DrawFn) -> tuple[DesiredPartition, ...]:
    """Some overlap, some have ended, and some belong to projects that are not wanted."""
    return tuple(
        DesiredPartition(
            name=f"own_{name}",
            owner_mark=own_mark(name),
            account=name,
            nodes=",".join(sorted(draw(subsets(NODES)) or {"n1"})),
            default_minutes=60,
            max_minutes=draw(st.sampled_from([30, 600])),
            max_nodes=draw(st.sampled_from([None, 1])),
            priority=draw(st.sampled_from([1, 10])),
            memory_mb_per_cpu=1000,
            closed=draw(st.booleans()),
        )
        for name in sorted(draw(subsets(PROJECTS)))
    )


@st.composite
def desired_states(draw: st.DrawFn) -> DesiredState:
    names = sorted(draw(subsets(PROJECTS)))
    projects = tuple(
        DesiredAccount(
            name=name,
            parent="aif_fl",
            owner_mark=own_mark(name),
            qos=f"{name}_q",
            members=tuple(sorted(draw(subsets(USERS)))),
            partitions=tuple(sorted(draw(subsets((*PARTITIONS, "missing"))))),
            suspended=draw(st.booleans()),
        )
        for name in names
    )
    return DesiredState(
        revision="r",
        cluster=CLUSTER,
        generated_at=0,
        users=tuple(
            DesiredUser(username=name, uid=20_000 + USERS.index(name))
            for name in sorted(draw(subsets(USERS)))
        ),
        qos=tuple(
            DesiredQos(
                name=f"{name}_q",
                owner_mark=own_mark(name),
                gpu_minutes=draw(st.integers(0, 3)),
            )
            for name in names
        ),
        accounts=(*TREE, *projects),
        partitions=tuple(sorted(draw(subsets((*PARTITIONS, "missing"))))),
        dedicated=draw(dedicated_partitions()),
    )


@st.composite
def descriptions(draw: st.DrawFn, name: str) -> str:
    own = f"{own_mark(name)} of someone"
    return draw(st.sampled_from([own, own, own, "", "physics\nbelfry", f"{own_mark(name)}x"]))


@st.composite
def clusters(draw: st.DrawFn) -> MemorySlurm:
    slurm = MemorySlurm(CLUSTER)
    for name in PARTITIONS:
        slurm.partitions[name] = draw(
            st.none() | st.frozensets(st.sampled_from((*ACCOUNTS, "root", "physics")), min_size=1)
        )
    add_made_partitions(draw, slurm)
    for name in sorted(draw(subsets(PROJECTS))):
        minutes = draw(st.none() | st.integers(0, 3))
        description = draw(descriptions(name))
        slurm.qos[f"{name}_q"] = QosRow(f"{name}_q", draw(subsets(FLAGS)), minutes, description)
    there = ["root"]
    for name in draw(st.lists(st.sampled_from((*ACCOUNTS, "physics")), unique=True)):
        slurm.descriptions[name] = draw(descriptions(name))
        if draw(st.integers(0, 4)) == 0:
            continue  # only another cluster has an association of it
        qos = draw(st.sampled_from(sorted(slurm.qos)))
        slurm.accounts[name] = AssociationRow(
            CLUSTER,
            name,
            parent=draw(st.sampled_from(there)),
            default_qos=draw(st.sampled_from(["", qos])),
            grp_submit_jobs=draw(st.sampled_from([None, 0, 7])),
            qos=frozenset({qos, draw(st.sampled_from(sorted(slurm.qos)))}),
        )
        there.append(name)
        for username in sorted(draw(subsets(USERS))):
            limit = draw(st.sampled_from([None, None, 0]))
            slurm.members[name, username] = AssociationRow(
                CLUSTER, name, username, max_submit_jobs=limit
            )
    return slurm


def add_made_partitions(draw: st.DrawFn, slurm: MemorySlurm) -> None:
    """A file that may lie, and partitions that Belfry or somebody else has made."""
    slurm.controller.nodes = frozenset(NODES)
    slurm.partition_file = MemoryPartitionFile()
    accounts = st.none() | st.frozensets(st.sampled_from((*ACCOUNTS, "root")), min_size=1)
    for name in PARTITIONS:
        if draw(st.booleans()):
            line = KeptPartition(name=name, allow_accounts=draw(accounts))
            slurm.partition_file.lines[name] = line
    for project in PROJECTS:
        name = f"own_{project}"
        if draw(st.booleans()):
            slurm.controller.create(name, draw(partition_settings(project)))
        if draw(st.booleans()):
            mark = draw(st.sampled_from([own_mark(project), own_mark(project), "", "belfry-x"]))
            settings = draw(st.none() | partition_settings(project))
            slurm.partition_file.lines[name] = KeptPartition(
                name=name, owner_mark=mark, settings=settings
            )


def partition_settings(project: str) -> st.SearchStrategy[PartitionSettings]:
    return st.builds(
        PartitionSettings,
        nodes=st.sampled_from(["n1", "n[1-2]", "n[1,3]"]),
        accounts=st.sampled_from([(project,), (), ("physics", project)]),
        default_minutes=st.sampled_from([30, 60, None]),
        max_minutes=st.sampled_from([30, 600, None]),
        max_nodes=st.sampled_from([None, 1]),
        priority=st.sampled_from([1, 10]),
        memory_mb_per_cpu=st.sampled_from([1000, None]),
        is_open=st.sampled_from([True, False, None]),
    )


@st.composite
def directories(draw: st.DrawFn) -> MemoryDirectory:
    right = {name: 20_000 + USERS.index(name) for name in sorted(draw(subsets(USERS)))}
    wrong = {name: 33 + USERS.index(name) for name in sorted(draw(subsets(USERS)))}
    return MemoryDirectory(right | (wrong if draw(st.booleans()) else {}))


@settings(max_examples=150, deadline=None)
@given(desired_states(), clusters(), directories())
def test_applying_a_plan_leaves_nothing_to_plan(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    actual = read_state(slurm, directory, desired)
    wanted = plan(desired, actual)

    attempt = Applier(slurm, directory, actual).apply(wanted.changes)

    assert attempt.failed == {}
    assert attempt.deferred == {}
    assert plan(desired, read_state(slurm, directory, desired)).changes == ()


@settings(max_examples=150, deadline=None)
@given(desired_states(), clusters(), directories())
def test_what_is_foreign_is_never_changed(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    foreign_accounts = foreign_names(slurm.descriptions)
    foreign_qos = foreign_names(
        {name.removesuffix("_q"): row.description for name, row in slurm.qos.items()}
    )
    accounts, members = dict(slurm.accounts), dict(slurm.members)
    qos, partitions = dict(slurm.qos), dict(slurm.partitions)
    made = dict(slurm.controller.settings)
    lines = dict(slurm.partition_file.lines if slurm.partition_file else {})
    actual = read_state(slurm, directory, desired)

    Applier(slurm, directory, actual).apply(plan(desired, actual).changes)

    for name in foreign_accounts:
        assert slurm.accounts.get(name) == accounts.get(name)
        assert of_account(slurm.members, name) == of_account(members, name)
    for name, row in slurm.accounts.items():
        assert row == accounts.get(name) or row.parent not in foreign_accounts - {"root"}
    for name in foreign_qos:
        assert slurm.qos.get(f"{name}_q") == qos.get(f"{name}_q")
    for project in PROJECTS:
        name = f"own_{project}"
        mark = lines[name].owner_mark if name in lines else ""
        if name in made and mark != own_mark(project):
            assert slurm.controller.settings.get(name) == made[name]
    for name, before in partitions.items():
        if name.startswith("own_"):
            continue
        after = slurm.partitions[name]
        if name not in desired.partitions or before is None:
            assert after == before
        else:
            assert after is not None
            assert after ^ before <= {item.name for item in desired.accounts} - foreign_accounts


def foreign_names(descriptions: dict[str, str]) -> set[str]:
    return {
        name
        for name, description in descriptions.items()
        if not carries_mark(description, own_mark(name))
    }


def of_account(
    members: dict[tuple[str, str], AssociationRow], account: str
) -> dict[tuple[str, str], AssociationRow]:
    return {key: row for key, row in members.items() if key[0] == account}


@settings(max_examples=60, deadline=None)
@given(desired_states(), clusters(), directories())
def test_jobs_survive_every_plan(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    slurm.jobs = set(slurm.members)
    slurm.controller.jobs = set(slurm.partitions)
    jobs, in_use = set(slurm.jobs), set(slurm.partitions)
    actual = read_state(slurm, directory, desired)

    Applier(slurm, directory, actual).apply(plan(desired, actual).changes)

    assert slurm.jobs == jobs
    assert in_use <= set(slurm.partitions)
