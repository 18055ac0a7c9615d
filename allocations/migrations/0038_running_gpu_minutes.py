import django.db.models.deletion
from django.db import migrations, models

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
# Blocks that run and lie with the others stay there, and are filled there.
BACK = """
    INSERT INTO allocations_gpuminutes (gpu_id, starts_at, packed)
        SELECT gpu_id, starts_at, packed FROM allocations_runninggpuminutes;
    DROP TABLE allocations_runninggpuminutes;
"""
ROOM = """
    ALTER TABLE allocations_jobgpu SET (fillfactor = 50);
    ALTER TABLE allocations_dailygpuuse SET (fillfactor = 50);
"""
NO_ROOM = """
    ALTER TABLE allocations_jobgpu RESET (fillfactor);
    ALTER TABLE allocations_dailygpuuse RESET (fillfactor);
"""


def _without_index(model, field, to, **options):
    """Another index begins with it."""
    key = models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, to=to, **options
    )
    return migrations.AlterField(model_name=model, name=field, field=key)


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0037_shorter_gpu_minutes'),
    ]

    operations = [
        migrations.RunSQL(
            RUNNING,
            BACK,
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
        _without_index('dailygpuuse', 'project', 'allocations.project', related_name='daily_gpu_use'),
        _without_index('gpurun', 'project', 'allocations.project', related_name='gpu_runs'),
        _without_index('gpurun', 'site', 'allocations.site', related_name='gpu_runs'),
        _without_index('jobgpu', 'project', 'allocations.project', related_name='job_gpus', null=True),
        _without_index('jobgpu', 'site', 'allocations.site', related_name='job_gpus'),
    ]
