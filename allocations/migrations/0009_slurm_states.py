from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models

NAMED_BY = {"users": "username", "groups": "name", "qos": "name", "accounts": "name"}


def by_name(state):
    """A state with its named parts by name; None where another release wrote it in other words."""
    try:
        parts = {
            part: {item[key]: item for item in state[part]}
            for part, key in NAMED_BY.items()
            if isinstance(state.get(part), list)
        }
        datetime.fromtimestamp(state["read_at"], UTC)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None
    return state | parts


def keep_by_name(apps, schema_editor):
    """What cannot be read is left out: the site says it anew in its next cycle."""
    statuses = apps.get_model("allocations", "SiteStatus").objects.filter(actual__isnull=False)
    kept = apps.get_model("allocations", "SlurmState").objects
    for status in statuses:
        state = by_name(status.actual)
        if state is not None:
            read_at = datetime.fromtimestamp(state["read_at"], UTC)
            kept.create(site_id=status.site_id, state=state, read_at=read_at)


def keep_in_lists(apps, schema_editor):
    statuses = apps.get_model("allocations", "SiteStatus").objects
    for kept in apps.get_model("allocations", "SlurmState").objects.all():
        for part in NAMED_BY:
            if isinstance(kept.state.get(part), dict):
                kept.state[part] = list(kept.state[part].values())
        statuses.filter(site=kept.site_id).update(actual=kept.state)


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0008_answers_by_key'),
    ]

    operations = [
        migrations.CreateModel(
            name='SlurmState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.JSONField()),
                ('read_at', models.DateTimeField()),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='slurm_state', to='allocations.site')),
            ],
            options={
                'verbose_name': 'state of a Slurm',
                'verbose_name_plural': 'states of Slurm',
            },
        ),
        migrations.RunPython(keep_by_name, keep_in_lists),
        migrations.RemoveField(
            model_name='sitestatus',
            name='actual',
        ),
    ]
