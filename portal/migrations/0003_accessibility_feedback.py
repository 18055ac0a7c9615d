"""What people tell of barriers, with its history."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from accounts.at_once import AtOnce
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('portal', '0002_exports'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='AccessibilityFeedback',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(verbose_name='message')),
                        ('page', models.CharField(blank=True, max_length=500, verbose_name='page')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'verbose_name': 'message about accessibility',
                        'verbose_name_plural': 'messages about accessibility',
                        'ordering': ('-sent_at', '-pk'),
                        'indexes': [
                            models.Index(fields=['sent_at'], name='portal_acce_sent_at_ee1987_idx'),
                        ],
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_accessibilityfeedbackevent" ("email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (NEW."email", NEW."id", NEW."page", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sent_at", NEW."text"); RETURN NULL;', hash='69b68dcdb7a6bd60844fe0e129b027c65611fe02', operation='INSERT', pgid='pgtrigger_insert_insert_21755', table='portal_accessibilityfeedback', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "portal_accessibilityfeedbackevent" ("email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (NEW."email", NEW."id", NEW."page", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sent_at", NEW."text"); RETURN NULL;', hash='7a5c506c4d008c894a91c9853b84b5e4b83e8cb7', operation='UPDATE', pgid='pgtrigger_update_update_0d9ea', table='portal_accessibilityfeedback', when='AFTER')),
                            pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_accessibilityfeedbackevent" ("email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (OLD."email", OLD."id", OLD."page", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sent_at", OLD."text"); RETURN NULL;', hash='7ea93b592d680369a4bc11607d9949d06b12fab2', operation='DELETE', pgid='pgtrigger_delete_delete_5f970', table='portal_accessibilityfeedback', when='AFTER')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AccessibilityFeedbackEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('text', models.TextField(verbose_name='message')),
                        ('page', models.CharField(blank=True, max_length=500, verbose_name='page')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='portal.accessibilityfeedback')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c48f99953cefb33c7a03e136be1133addf48996b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a6d44', table='portal_accessibilityfeedbackevent', when='BEFORE')),
                        ],
                    },
                ),
            ],
        ),
    ]
