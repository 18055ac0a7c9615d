from django.db import migrations


def give_groups(apps, schema_editor):
    """Give each project of before its UNIX group."""
    from accounts.identities import ensure_group

    for project in apps.get_model("allocations", "Project").objects.filter(unix_group=None).order_by("pk"):
        project.unix_group_id = ensure_group(project.name).pk
        project.save(update_fields=["unix_group"])


class Migration(migrations.Migration):
    dependencies = [("allocations", "0009_unix_groups")]

    operations = [migrations.RunPython(give_groups, migrations.RunPython.noop)]
