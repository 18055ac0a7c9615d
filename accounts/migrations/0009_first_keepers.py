"""Whoever applied first for an organisation keeps its figures."""

from django.db import migrations


def name_first_keepers(apps, schema_editor):
    OrganisationMember = apps.get_model("accounts", "OrganisationMember")
    firsts = (
        OrganisationMember.objects.order_by("organisation_id", "pk")
        .distinct("organisation_id")
        .values_list("pk", flat=True)
    )
    OrganisationMember.objects.filter(pk__in=list(firsts)).update(keeps_figures=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_organisations_figures")]

    operations = [migrations.RunPython(name_first_keepers, migrations.RunPython.noop)]
