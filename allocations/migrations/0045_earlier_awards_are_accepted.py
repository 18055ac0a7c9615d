from django.db import migrations


def accept(apps, schema_editor):
    """What was awarded before awards were offered was set up at once: it counts as accepted."""
    awarded = ("approved", "approved_reduced")
    apps.get_model("allocations", "Application").objects.filter(
        state__in=awarded, decision__offer=None
    ).update(state="accepted")


def take_back(apps, schema_editor):
    for application in (
        apps.get_model("allocations", "Application")
        .objects.filter(state="accepted")
        .select_related("decision")
    ):
        application.state = application.decision.outcome
        application.save(update_fields=["state"])


class Migration(migrations.Migration):

    dependencies = [("allocations", "0044_offers")]

    operations = [migrations.RunPython(accept, take_back)]
