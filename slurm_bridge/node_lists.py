"""Lists of nodes such as `node[1-8],big3`, folded so that equal lists read equally. Pure.

A list may come from a web form: it is measured before it is expanded, since a range of a hundred
million names would fill the memory, and groups (`@all`) are refused, since ClusterShell would run
commands to resolve them.
"""

import re
from collections.abc import Iterable
from math import prod

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException

MOST_NODES = 10_000
LONGEST_LIST = 4_000
MOST_NODES_OF_CLUSTER = 100_000
LONGEST_CLUSTER = 100_000

# Slurm's own lists fold the last number of a name only.
_LAST_NUMBER = (-1,)

_RANGE = r"[0-9]{1,9}(?:-[0-9]{1,9})?"
_BRACKET = rf"\[{_RANGE}(?:,{_RANGE})*\]"
_NAME = r"[A-Za-z0-9._-]"
_ITEM = re.compile(rf"[A-Za-z0-9]{_NAME}*(?:{_BRACKET}{_NAME}*)?")


class NodeListError(ValueError):
    """The text is no list of nodes, or names far too many."""


def nodes_of(text: str) -> frozenset[str]:
    """The names of a list; raises NodeListError before anything large is expanded."""
    return frozenset(_node_set(text))


def nodes_of_cluster(text: str) -> frozenset[str]:
    """The same for all nodes of a cluster, of which there may be more."""
    return frozenset(_node_set(text, longest=LONGEST_CLUSTER, most=MOST_NODES_OF_CLUSTER))


def folded(text: str) -> str:
    """The shortest form of a list, the same for every way of writing it."""
    return str(_node_set(text))


def fold(names: Iterable[str]) -> str:
    """The nodes of a cluster as one list, however many; names are Slurm's own."""
    nodes = NodeSet(resolver=RESOLVER_NOGROUP)
    for name in names:
        nodes.update(NodeSet(name, resolver=RESOLVER_NOGROUP))
    nodes.fold_axis = _LAST_NUMBER
    return str(nodes)


def _node_set(text: str, longest: int = LONGEST_LIST, most: int = MOST_NODES) -> NodeSet:
    if len(text) > longest:
        raise NodeListError(f"longer than {longest} characters")
    items = _items(text)
    if sum(_size(item) for item in items) > most:
        raise NodeListError(f"names more than {most} nodes")
    try:
        nodes = NodeSet(",".join(items), resolver=RESOLVER_NOGROUP)
    except NodeSetException as error:
        raise NodeListError(str(error)) from error
    nodes.fold_axis = _LAST_NUMBER
    return nodes


def _items(text: str) -> list[str]:
    items = re.split(r",(?![^\[]*\])", text) if text else []
    for item in items:
        if not _ITEM.fullmatch(item):
            raise NodeListError(f"{item[:40]!r} is no node, nor a range such as node[1-4]")
    return items


def _size(item: str) -> int:
    return prod(
        sum(_length(part) for part in bracket.split(","))
        for bracket in re.findall(r"\[([^\]]*)\]", item)
    )


def _length(part: str) -> int:
    first, _, last = part.partition("-")
    length = int(last or first) - int(first) + 1
    if length < 1:
        raise NodeListError(f"the range {part} runs backwards")
    return length
