"""A desired state of any number of projects, and twenty changes of it as a busy day brings them."""

import time
from random import Random

from slurm_bridge.wire import DesiredAccount, DesiredQos, DesiredState, DesiredUser

SITE = "zellik"
PARTITION = "h200"
MEMBERS = 10
TRACKS = ("fl", "ls", "pa", "pg", "rs", "st")
USUAL_GPU_HOURS = (
    *(100, 250, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000),
    *(7_500, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000, 100_000),
)

LEADERS = tuple(
    DesiredUser(username=f"bench-a{number:02}", uid=390_000 + number) for number in range(20)
)
"""Of the UNIX users those who lead a project, and for whom test submissions are made."""

_TREE = (
    DesiredAccount(name="aif", parent="root", owner_mark="belfry-tree"),
    *(
        DesiredAccount(name=f"aif_{track}", parent="aif", owner_mark="belfry-tree")
        for track in TRACKS
    ),
)


def desired_state(
    projects: int, *, cluster: str = SITE, year: int = 26, confirmed: bool = False
) -> DesiredState:
    """So many projects of ten members; each person but the leaders is in two projects or so."""
    random = Random(projects)
    people = [
        DesiredUser(username=f"bench-u{number:05}", uid=400_000 + number)
        for number in range(projects * MEMBERS // 2 + MEMBERS)
    ]
    accounts = [
        _project(number, year, random.sample(people, MEMBERS - 1), confirmed=confirmed)
        for number in range(projects)
    ]
    return DesiredState(
        revision=f"{projects} projects",
        cluster=cluster,
        generated_at=int(time.time()),
        users=(*LEADERS, *people),
        qos=tuple(
            DesiredQos(
                name=f"{account.name}_{cluster}",
                owner_mark="belfry-qos",
                gpu_minutes=random.choice(USUAL_GPU_HOURS) * 60,
            )
            for account in accounts
        ),
        accounts=(*_TREE, *sorted(accounts, key=lambda account: account.name)),
        partitions=(PARTITION,),
    )


def _project(
    number: int, year: int, people: list[DesiredUser], *, confirmed: bool
) -> DesiredAccount:
    track = TRACKS[number % len(TRACKS)]
    name = f"aif{year}{track}{number:04}"
    leader = LEADERS[number % len(LEADERS)].username
    return DesiredAccount(
        name=name,
        parent=f"aif_{track}",
        owner_mark=f"belfry-00000000-0000-4000-8000-{year:04}{number:08}",
        qos=f"{name}_{SITE}",
        members=(leader, *sorted(person.username for person in people)),
        partitions=() if number == 0 else (PARTITION,),
        suspended=number in {1, 2},
        confirmed=confirmed,
    )


def changed(before: DesiredState) -> DesiredState:
    """Twenty changes of all kinds.

    4 budgets, 4 members more and 3 fewer, 2 projects suspended and 2 resumed, 3 changes of
    partition access, 2 new projects.
    """
    accounts = {account.name: account for account in before.accounts}
    qos = list(before.qos)
    projects = sorted(name for name, account in accounts.items() if account.qos)
    step = len(projects) // 20
    chosen = [projects[place * step + step // 2] for place in range(20)]

    def change(name: str, **values: object) -> None:
        accounts[name] = accounts[name].model_copy(update=values)

    for place, name in enumerate(chosen[:4]):
        index = next(i for i, item in enumerate(qos) if item.name == accounts[name].qos)
        more = qos[index].gpu_minutes + 60 * (place + 1)
        qos[index] = qos[index].model_copy(update={"gpu_minutes": more})
    for name in chosen[4:8]:
        members = accounts[name].members
        newcomer = next(item.username for item in LEADERS if item.username not in members)
        change(name, members=tuple(sorted((newcomer, *members))))
    for name in chosen[8:11]:
        change(name, members=accounts[name].members[:-1])
    for name in chosen[11:13]:
        change(name, suspended=True)
    for account in before.accounts:
        if account.suspended:
            change(account.name, suspended=False)
        if account.qos and not account.partitions:
            change(account.name, partitions=(PARTITION,))
    for name in chosen[13:15]:
        change(name, partitions=())
    new = _two_more()
    return before.model_copy(
        update={
            "revision": "twenty changes",
            "qos": (*qos, *new.qos),
            "accounts": (*accounts.values(), *new.accounts),
        }
    )


def _two_more() -> DesiredState:
    """New projects at either end of Slurm's tree, since what lies to their right is renumbered."""
    state = desired_state(len(TRACKS), year=27)
    projects = [account for account in state.accounts if account.qos]
    accounts = tuple(
        account.model_copy(update={"partitions": (PARTITION,), "suspended": False})
        for account in (projects[0], projects[-1])
    )
    wanted = {account.qos for account in accounts}
    qos = tuple(item for item in state.qos if item.name in wanted)
    return state.model_copy(update={"qos": qos, "accounts": accounts})
