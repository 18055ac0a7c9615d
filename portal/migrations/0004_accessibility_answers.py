"""Who answered a message about accessibility, and when."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0003_accessibility_feedback'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='accessibilityfeedback',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='accessibilityfeedback',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='accessibilityfeedback',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='accessibilityfeedback',
            name='answered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='accessibilityfeedback',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accessibilityfeedbackevent',
            name='answered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='accessibilityfeedbackevent',
            name='answered_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessibilityfeedback',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_accessibilityfeedbackevent" ("answered_at", "answered_by_id", "email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."email", NEW."id", NEW."page", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sent_at", NEW."text"); RETURN NULL;', hash='7d984bd8ba988b9a13042a3cd4b59a72697b82b3', operation='INSERT', pgid='pgtrigger_insert_insert_21755', table='portal_accessibilityfeedback', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessibilityfeedback',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "portal_accessibilityfeedbackevent" ("answered_at", "answered_by_id", "email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (NEW."answered_at", NEW."answered_by_id", NEW."email", NEW."id", NEW."page", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sent_at", NEW."text"); RETURN NULL;', hash='0870e2b15874b7b140a8c434939b19cf61d3a3bb', operation='UPDATE', pgid='pgtrigger_update_update_0d9ea', table='portal_accessibilityfeedback', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessibilityfeedback',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "portal_accessibilityfeedbackevent" ("answered_at", "answered_by_id", "email", "id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "text") VALUES (OLD."answered_at", OLD."answered_by_id", OLD."email", OLD."id", OLD."page", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sent_at", OLD."text"); RETURN NULL;', hash='1f0f500351f09fbe985cfbbc854d11ec337cf0a3', operation='DELETE', pgid='pgtrigger_delete_delete_5f970', table='portal_accessibilityfeedback', when='AFTER')),
        ),
    ]
