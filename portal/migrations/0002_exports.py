"""Exports that the worker makes, and monthly reports, with the history of each."""

import accounts.private_files
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from accounts.at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('portal', '0001_cache_table'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='ReportSubscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('file_format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV'), ('json', 'JSON')], max_length=4, verbose_name='format')),
                        ('query', models.JSONField(default=dict)),
                        ('last_month', models.DateField()),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'monthly report',
                        'verbose_name_plural': 'monthly reports',
                        'ordering': ('created_at', 'pk'),
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_reportsubscriptionevent" ("created_at", "file_format", "id", "last_month", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query") VALUES (NEW."created_at", NEW."file_format", NEW."id", NEW."last_month", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."query"); RETURN NULL;', hash='abf6482f01ce5b75ed3e532b4eb4bd94b147c165', operation='INSERT', pgid='pgtrigger_insert_insert_2eb0b', table='portal_reportsubscription', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "portal_reportsubscriptionevent" ("created_at", "file_format", "id", "last_month", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query") VALUES (NEW."created_at", NEW."file_format", NEW."id", NEW."last_month", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."query"); RETURN NULL;', hash='3469dd3eeb3d9543eff17490b4eba4345704586d', operation='UPDATE', pgid='pgtrigger_update_update_2f8b1', table='portal_reportsubscription', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_reportsubscriptionevent" ("created_at", "file_format", "id", "last_month", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query") VALUES (OLD."created_at", OLD."file_format", OLD."id", OLD."last_month", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."query"); RETURN NULL;', hash='6498ee6e6f8a2278f59452f5ae2824c3fdadce3c', operation='DELETE', pgid='pgtrigger_delete_delete_4b627', table='portal_reportsubscription', when='AFTER')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='Export',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('programme', "The programme's figures"), ('usage', 'GPU-hours by project and site'), ('jobs', 'Every job')], max_length=12, verbose_name='report')),
                        ('file_format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV'), ('json', 'JSON')], max_length=4, verbose_name='format')),
                        ('query', models.JSONField(default=dict)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being made'), ('done', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('removed', 'Removed after its time')], default='waiting', max_length=10, verbose_name='state')),
                        ('file_name', models.CharField(default=accounts.private_files.new_file_name, max_length=64, unique=True)),
                        ('size_bytes', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'export',
                        'verbose_name_plural': 'exports',
                        'ordering': ('-created_at', '-pk'),
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_exportevent" ("created_at", "file_format", "file_name", "finished_at", "id", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "size_bytes", "state") VALUES (NEW."created_at", NEW."file_format", NEW."file_name", NEW."finished_at", NEW."id", NEW."kind", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."query", NEW."size_bytes", NEW."state"); RETURN NULL;', hash='38d2a0125eadff46b23243b046a22d2d3beb4a88', operation='INSERT', pgid='pgtrigger_insert_insert_c3673', table='portal_export', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "portal_exportevent" ("created_at", "file_format", "file_name", "finished_at", "id", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "size_bytes", "state") VALUES (NEW."created_at", NEW."file_format", NEW."file_name", NEW."finished_at", NEW."id", NEW."kind", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."query", NEW."size_bytes", NEW."state"); RETURN NULL;', hash='5da73fd310fd9016d8deb7afa2e68d05dd76e167', operation='UPDATE', pgid='pgtrigger_update_update_f8570', table='portal_export', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_exportevent" ("created_at", "file_format", "file_name", "finished_at", "id", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "size_bytes", "state") VALUES (OLD."created_at", OLD."file_format", OLD."file_name", OLD."finished_at", OLD."id", OLD."kind", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."query", OLD."size_bytes", OLD."state"); RETURN NULL;', hash='af16dae220e5121af02bf33368c77a19231fa4a8', operation='DELETE', pgid='pgtrigger_delete_delete_ea65b', table='portal_export', when='AFTER')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ExportProgress',
                    fields=[
                        ('export', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='progress', serialize=False, to='portal.export')),
                        ('done', models.PositiveBigIntegerField(default=0)),
                        ('total', models.PositiveBigIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'progress of an export',
                        'verbose_name_plural': 'progress of exports',
                    },
                ),
                migrations.CreateModel(
                    name='ReportSubscriptionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('file_format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV'), ('json', 'JSON')], max_length=4, verbose_name='format')),
                        ('query', models.JSONField(default=dict)),
                        ('last_month', models.DateField()),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='portal.reportsubscription')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='42a896b2256a6dd35eaae839c024f56a217f5134', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3ca50', table='portal_reportsubscriptionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ExportEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('programme', "The programme's figures"), ('usage', 'GPU-hours by project and site'), ('jobs', 'Every job')], max_length=12, verbose_name='report')),
                        ('file_format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV'), ('json', 'JSON')], max_length=4, verbose_name='format')),
                        ('query', models.JSONField(default=dict)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being made'), ('done', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('removed', 'Removed after its time')], default='waiting', max_length=10, verbose_name='state')),
                        ('file_name', models.CharField(default=accounts.private_files.new_file_name, max_length=64)),
                        ('size_bytes', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='portal.export')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d6a7b4225b7980f64ccacb867fc1c6f1c487ad17', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_757a5', table='portal_exportevent', when='BEFORE')),
                        ],
                    },
                ),
            ],
        ),
    ]
