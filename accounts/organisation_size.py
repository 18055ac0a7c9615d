"""The size class of an organisation, from what is stored of it and of others."""

from accounts.models import LinkedEnterprise, Organisation, SizeFigures
from accounts.size_class import Relation, Size, SizeVerdict, size_verdict


def size_of(organisation: Organisation) -> SizeVerdict:
    """The class with its reasons, in two queries."""
    figures: SizeFigures | None = getattr(organisation, "size_figures", None)
    others = LinkedEnterprise.objects.filter(organisation=organisation)
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
