"""Indexes from which jobs of somebody, or in some state, are counted without a look at each.

And what ran in a span of time is found by when it was submitted, too.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0014_settled_days'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='job',
            name='job_by_user',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_by_state',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_by_end',
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(django.contrib.postgres.indexes.OpClass('username', name='varchar_pattern_ops'), models.OrderBy(models.F('submitted_at'), descending=True), include=('project',), name='job_by_user'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(models.F('project'), django.contrib.postgres.indexes.OpClass('state', name='varchar_pattern_ops'), models.OrderBy(models.F('submitted_at'), descending=True), condition=models.Q(('state', 'COMPLETED'), _negated=True), include=('username',), name='job_by_state'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['counted_until', 'submitted_at'], name='job_by_end', pages_per_range=32),
        ),
    ]
