"""Minutes of GPUs: those that are over in the table of their month, the last ones apart."""

import django.db.models.deletion
from accounts.at_once import AtOnce
from django.db import migrations, models

# What is packed cannot be made smaller, so PostgreSQL need not try.
MINUTES = """
    CREATE TABLE allocations_gpuminutes (
        gpu_id bigint NOT NULL REFERENCES allocations_jobgpu (id) ON DELETE CASCADE,
        starts_at timestamptz NOT NULL,
        packed bytea NOT NULL,
        PRIMARY KEY (gpu_id, starts_at)
    ) PARTITION BY RANGE (starts_at);
    ALTER TABLE allocations_gpuminutes ALTER packed SET STORAGE EXTERNAL;
"""
# A row that is written anew stays on its page if there is room, and what it leaves behind there is
# used again without a vacuum. A block begins with some minutes and grows, up to six times as large.
RUNNING = """
    CREATE TABLE allocations_runninggpuminutes (
        gpu_id bigint NOT NULL PRIMARY KEY REFERENCES allocations_jobgpu (id) ON DELETE CASCADE,
        starts_at timestamptz NOT NULL,
        packed bytea NOT NULL
    ) WITH (fillfactor = 15);
    ALTER TABLE allocations_runninggpuminutes ALTER packed SET STORAGE EXTERNAL;
"""
ROOM = """
    ALTER TABLE allocations_jobgpu SET (fillfactor = 50);
    ALTER TABLE allocations_dailygpuuse SET (fillfactor = 50);
"""
NO_ROOM = """
    ALTER TABLE allocations_jobgpu RESET (fillfactor);
    ALTER TABLE allocations_dailygpuuse RESET (fillfactor);
"""


class Migration(migrations.Migration):

    replaces = [
        ('allocations', '0037_shorter_gpu_minutes'),
        ('allocations', '0038_running_gpu_minutes'),
    ]

    dependencies = [
        ('allocations', '0003_jobs'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.RunSQL(
                    MINUTES,
                    "DROP TABLE allocations_gpuminutes",
                    state_operations=[
                        migrations.CreateModel(
                            name='GpuMinutes',
                            fields=[
                                ('pk', models.CompositePrimaryKey('gpu_id', 'starts_at', blank=True, editable=False, primary_key=True, serialize=False)),
                                ('starts_at', models.DateTimeField()),
                                ('packed', models.BinaryField()),
                                ('gpu', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='minutes', to='allocations.jobgpu')),
                            ],
                            options={
                                'verbose_name': 'minutes of a GPU',
                                'verbose_name_plural': 'minutes of GPUs',
                            },
                        ),
                    ],
                ),
                migrations.RunSQL(
                    RUNNING,
                    "DROP TABLE allocations_runninggpuminutes",
                    state_operations=[
                        migrations.CreateModel(
                            name='RunningGpuMinutes',
                            fields=[
                                ('gpu', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='running_minutes', serialize=False, to='allocations.jobgpu')),
                                ('starts_at', models.DateTimeField()),
                                ('packed', models.BinaryField()),
                            ],
                            options={
                                'verbose_name': 'last minutes of a GPU',
                                'verbose_name_plural': 'last minutes of GPUs',
                            },
                        ),
                    ],
                ),
                migrations.RunSQL(ROOM, NO_ROOM),
            ],
        ),
    ]
