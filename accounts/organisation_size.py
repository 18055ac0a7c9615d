"""The size class of an organisation, from what is stored of it and of others."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from accounts.models import LinkedEnterprise, Organisation, SizeFigures
from accounts.size_class import Relation, Size, SizeVerdict, size_verdict

_READ = (
    "enterprise_number", "name", "relation", "percent", "people", "turnover_euros", "balance_euros"
)  # fmt: skip


def enterprises_named_by(organisation: str) -> ArraySubquery:
    """The enterprises that an organisation names, read with a row that has its key."""
    named = LinkedEnterprise.objects.filter(organisation=OuterRef(organisation)).order_by("name")
    return ArraySubquery(named.values(said=JSONObject(**{name: F(name) for name in _READ})))


def enterprises_read(rows: Iterable[Mapping[str, Any]]) -> list[LinkedEnterprise]:
    """What `enterprises_named_by` read, to be shown and for `size_of`."""
    return [LinkedEnterprise(**row) for row in rows]


def size_of(
    organisation: Organisation, others: Iterable[LinkedEnterprise] | None = None
) -> SizeVerdict:
    """The class with its reasons, in two queries, or in none where all is read already."""
    figures: SizeFigures | None = getattr(organisation, "size_figures", None)
    if others is None:
        others = organisation.linked_enterprises.all()
    return size_verdict(
        Size(figures.people, figures.turnover_euros, figures.balance_euros) if figures else None,
        [_relation(other) for other in others],
        public_percent=figures.public_percent if figures else 0,
    )


def _relation(other: LinkedEnterprise) -> Relation:
    people, turnover, balance = other.people, other.turnover_euros, other.balance_euros
    is_known = people is not None and turnover is not None and balance is not None
    return Relation(
        name=other.name,
        is_linked=other.relation == LinkedEnterprise.Relation.LINKED,
        percent=other.percent or 0,
        size=Size(people or 0, turnover or 0, balance or 0) if is_known else None,
    )
