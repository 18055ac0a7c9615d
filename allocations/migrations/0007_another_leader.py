"""Changes by which another member leads a project."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0006_review_steps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='awardchange',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='awardchange',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='awardchange',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='awardchange',
            name='one_open_appeal',
        ),
        migrations.RemoveConstraint(
            model_name='awardchange',
            name='appeal_is_of_no_site',
        ),
        migrations.AddField(
            model_name='awardchange',
            name='to_member',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='awardchangeevent',
            name='to_member',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='awardchange',
            name='kind',
            field=models.CharField(choices=[('extension', 'Extension'), ('supplement', 'Supplement'), ('transfer', 'Transfer to another site'), ('pause', 'Pause'), ('resumption', 'Resumption'), ('leader', 'Another leader'), ('appeal', 'Appeal')], max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='awardchangeevent',
            name='kind',
            field=models.CharField(choices=[('extension', 'Extension'), ('supplement', 'Supplement'), ('transfer', 'Transfer to another site'), ('pause', 'Pause'), ('resumption', 'Resumption'), ('leader', 'Another leader'), ('appeal', 'Appeal')], max_length=12, verbose_name='kind'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='awardchange',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_member_id", "to_site_id") VALUES (NEW."allocation_id", NEW."amber_on", NEW."application_id", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision_reason", NEW."due_on", NEW."ends_on", NEW."entry_id", NEW."gpu_hours", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."red_on", NEW."seconded_at", NEW."seconded_by_id", NEW."state", NEW."to_member_id", NEW."to_site_id"); RETURN NULL;', hash='75bcd1ff53f1ab6edf92eb04ced0017cec5e85d5', operation='INSERT', pgid='pgtrigger_insert_insert_a4c19', table='allocations_awardchange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='awardchange',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_member_id", "to_site_id") VALUES (NEW."allocation_id", NEW."amber_on", NEW."application_id", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision_reason", NEW."due_on", NEW."ends_on", NEW."entry_id", NEW."gpu_hours", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."red_on", NEW."seconded_at", NEW."seconded_by_id", NEW."state", NEW."to_member_id", NEW."to_site_id"); RETURN NULL;', hash='64191f9ce15e6a9259074debf022849ea5f392f0', operation='UPDATE', pgid='pgtrigger_update_update_ccb37', table='allocations_awardchange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='awardchange',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_member_id", "to_site_id") VALUES (OLD."allocation_id", OLD."amber_on", OLD."application_id", OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."decision_reason", OLD."due_on", OLD."ends_on", OLD."entry_id", OLD."gpu_hours", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."red_on", OLD."seconded_at", OLD."seconded_by_id", OLD."state", OLD."to_member_id", OLD."to_site_id"); RETURN NULL;', hash='d23545b29a11b27941ec7940494ca4bf8b951482', operation='DELETE', pgid='pgtrigger_delete_delete_a192a', table='allocations_awardchange', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='awardchange',
            constraint=models.UniqueConstraint(condition=models.Q(('allocation', None), ('state__in', ('waiting', 'seconded'))), fields=('application', 'kind'), name='one_open_change_of_no_site'),
        ),
        migrations.AddConstraint(
            model_name='awardchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('allocation', None), ('kind__in', ('leader', 'appeal'))), models.Q(('allocation__isnull', False), models.Q(('kind__in', ('leader', 'appeal')), _negated=True)), _connector='OR'), name='change_is_of_a_site_or_not'),
        ),
        migrations.AddConstraint(
            model_name='awardchange',
            constraint=models.CheckConstraint(condition=models.Q(('to_member', None), ('kind', 'leader'), _connector='XOR'), name='another_leader_is_somebody'),
        ),
    ]
