"""The index of runs by their use, from which a page far behind in the list is found by itself."""

import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0015_lists_by_index'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='job',
            name='job_by_use',
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(models.F('project'), models.OrderBy(django.db.models.functions.comparison.Coalesce(django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Cast(django.db.models.functions.datetime.Extract(django.db.models.expressions.CombinedExpression(models.F('counted_until'), '-', models.F('started_at')), 'epoch'), models.BigIntegerField()), '*', models.F('gpus')), 0, output_field=models.BigIntegerField()), descending=True), include=('submitted_at', 'db_index', 'site', 'counted_until', 'started_at', 'gpus'), name='job_by_use'),
        ),
    ]
