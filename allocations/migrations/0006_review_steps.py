"""Steps that staff took before an award, with their history."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0005_sums'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('admin_check', 'Administrative check'), ('technical_review', 'Technical review'), ('gate', 'Gate before the decision')], max_length=20, verbose_name='step')),
                ('read_number', models.PositiveSmallIntegerField()),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('done_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='allocations.application')),
                ('done_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'step of a review',
                'verbose_name_plural': 'steps of reviews',
                'ordering': ('done_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ReviewStepEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('admin_check', 'Administrative check'), ('technical_review', 'Technical review'), ('gate', 'Gate before the decision')], max_length=20, verbose_name='step')),
                ('read_number', models.PositiveSmallIntegerField()),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('done_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                ('done_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.reviewstep')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='reviewstep',
            constraint=models.UniqueConstraint(fields=('application', 'kind', 'read_number'), name='one_step_of_a_kind_and_text'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewstep',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewstepevent" ("application_id", "done_at", "done_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number") VALUES (NEW."application_id", NEW."done_at", NEW."done_by_id", NEW."id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_number"); RETURN NULL;', hash='43f16f9e27e97be4fcbd1896468069aa6e0af48d', operation='INSERT', pgid='pgtrigger_insert_insert_9f2d3', table='allocations_reviewstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewstep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reviewstepevent" ("application_id", "done_at", "done_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number") VALUES (NEW."application_id", NEW."done_at", NEW."done_by_id", NEW."id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_number"); RETURN NULL;', hash='f4e101e3c51aaf576515e16626f516c93bb22933', operation='UPDATE', pgid='pgtrigger_update_update_c081b', table='allocations_reviewstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewstep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewstepevent" ("application_id", "done_at", "done_by_id", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number") VALUES (OLD."application_id", OLD."done_at", OLD."done_by_id", OLD."id", OLD."kind", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_number"); RETURN NULL;', hash='2fcaea0da9b3919628115fb5a5d8eef771ac648c', operation='DELETE', pgid='pgtrigger_delete_delete_70c82', table='allocations_reviewstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reviewstepevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a16fe8a95d143dcad213107355be7937fe4ed09b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_36548', table='allocations_reviewstepevent', when='BEFORE')),
        ),
    ]
