"""Lets Belfry open one more partition of a site to projects."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from pydantic import TypeAdapter, ValidationError

from accounts.audit import SystemActor
from allocations.actions.partitions import add_partition
from allocations.models import Site
from slurm_bridge.wire_terms import PartitionName

MOST_LETTERS = 200


class Command(BaseCommand):
    """Names a partition that the site's administrator has defined in Slurm."""

    help = (
        "Tell the portal of a partition that Slurm has, so that projects and tracks can be given"
        " access to it. The site's bridge changes its AllowAccounts, and nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The site, the partition, and words for people."""
        parser.add_argument("site", help="the site's code, such as zellik")
        parser.add_argument("name", help="the partition's name in Slurm")
        parser.add_argument("description", help="what it is, such as '8 H200 a node'")

    def handle(self, *args: object, **options: str) -> None:
        """Make it known, or describe it anew."""
        site = Site.objects.filter(code=options["site"]).first()
        if site is None:
            codes = ", ".join(Site.objects.values_list("code", flat=True))
            raise CommandError(f"There is no site {options['site']}; there are {codes}.")
        try:
            name = TypeAdapter(PartitionName).validate_python(options["name"])
        except ValidationError as error:
            raise CommandError(f"{options['name']!r} is no name of a partition.") from error
        add_partition(
            site=site,
            name=name,
            description=options["description"][:MOST_LETTERS],
            actor=SystemActor("manage.py site_partition"),
        )
        self.stdout.write(f"{site}: {', '.join(site.partitions.values_list('name', flat=True))}")
