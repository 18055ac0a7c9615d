"""Each change of those rows is written down beside them, and never changed or deleted there.

Triggers also keep the published version of a track as it is.
"""

import accounts.private_files
import allocations.models.projects
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from accounts.at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('allocations', '0024_credited_run_keys'),
        ('allocations', '0042_public_list'),
    ]

    dependencies = [
        ('allocations', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='SiteEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=20, verbose_name='code')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('cluster', models.SlugField(db_index=False, max_length=40, verbose_name="Slurm's name of the cluster")),
                        ('gpu_name', models.CharField(max_length=80, verbose_name='kind of GPU')),
                        ('login_host', models.CharField(max_length=200, verbose_name='login node')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64a0806343a8dbda30f516465daf2315c2661fe8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8dc00', table='allocations_siteevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PartitionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=62, verbose_name='name')),
                        ('description', models.CharField(max_length=200, verbose_name='what it is')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.partition')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b5c9bc6b73b96951196bb8c36577eb997b9229f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_32a51', table='allocations_partitionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SiteTokenEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.sitetoken')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='38a6b167f988125b88968cc2692af510d36dc6ae', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_12770', table='allocations_sitetokenevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='TrackEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=8, verbose_name='code')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('is_open', models.BooleanField(default=True, verbose_name='open for applications')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.track')),
                        ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in lists')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='221e0c70abf82fabeeb11e01d3a3f39797559aa4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1fb9d', table='allocations_trackevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='TrackVersionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.PositiveIntegerField(verbose_name='version')),
                        ('valid_from', models.DateField(null=True, verbose_name='valid from')),
                        ('published_at', models.DateTimeField(null=True)),
                        ('edits', models.PositiveIntegerField(default=0)),
                        ('summary', models.CharField(max_length=300, verbose_name='who it is for, in a sentence')),
                        ('organisation_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('start_up', 'Start-up'), ('sme', 'Small or medium enterprise'), ('large', 'Large enterprise'), ('research', 'University or research centre'), ('public', 'Public administration'), ('other', 'Other')], max_length=20), size=None, verbose_name='organisations that may apply')),
                        ('min_gpu_hours', models.PositiveIntegerField(verbose_name='least GPU-hours')),
                        ('max_gpu_hours', models.PositiveIntegerField(verbose_name='most GPU-hours')),
                        ('lengths_in_months', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None, verbose_name='lengths in months')),
                        ('max_sites', models.PositiveSmallIntegerField(verbose_name='most sites')),
                        ('sections', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('organisation', 'Organisation'), ('size_and_aid', 'Size and state aid'), ('people', 'People'), ('project', 'Project'), ('track', 'Track'), ('resources', 'Resources'), ('data', 'Data'), ('trustworthy_ai', 'Trustworthy AI'), ('security', 'Dual use and security'), ('plan', 'Plan'), ('declarations', 'Declarations')], max_length=20), size=None, verbose_name='sections of the form')),
                        ('optional_questions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('deputy', 'Deputy of the principal investigator'), ('signatory', 'Signatory of the organisation'), ('sector', 'Sector'), ('innovation', 'Innovation and impact'), ('why_gpus', 'Why it needs a supercomputer'), ('earlier_awards', 'Earlier awards of computing time'), ('technology_readiness', 'Technology readiness, now and aimed at'), ('confidential_description', 'Confidential description'), ('runs', 'Table of runs'), ('largest_job', 'GPUs of the largest job'), ('start', 'First day'), ('software', 'Software'), ('fallback_site', 'Second choice of a site'), ('storage', 'Storage'), ('licences', 'Licences of software'), ('benchmark_evidence', 'Evidence from benchmarks'), ('deletion', 'When data is deleted'), ('ai_act', 'Category under the AI Act'), ('members_outside_eu', 'Members outside the EU'), ('milestones', 'Milestones and deliverables'), ('openness', 'Openness of the results')], max_length=30), default=list, size=None, verbose_name='optional questions that are asked')),
                        ('has_admin_check', models.BooleanField(default=False, verbose_name='administrative check')),
                        ('has_technical_review', models.BooleanField(default=True, verbose_name='technical review')),
                        ('peer_reviewers', models.PositiveSmallIntegerField(default=0, verbose_name='independent reviewers')),
                        ('is_blind', models.BooleanField(default=False, verbose_name='reviewers do not learn who applies')),
                        ('has_gate', models.BooleanField(default=False, verbose_name='gate before the decision')),
                        ('rubric', models.JSONField(default=list, verbose_name='what reviewers score')),
                        ('four_eyes_above_gpu_hours', models.PositiveIntegerField(null=True, verbose_name='two people decide above so many GPU-hours')),
                        ('deadline_kind', models.CharField(choices=[('working_days', 'working days after it was handed in'), ('calendar_days', 'calendar days after it was handed in'), ('after_cut_off', 'working days after the next cut-off')], max_length=20, verbose_name='deadline')),
                        ('deadline_days', models.PositiveSmallIntegerField(verbose_name='days until the decision')),
                        ('cut_off_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None, verbose_name='cut-offs: days of the month')),
                        ('cut_off_time', models.TimeField(default=datetime.time(10, 0), verbose_name='time of the cut-offs, in Brussels')),
                        ('answer_days', models.PositiveSmallIntegerField(default=10, verbose_name='days to answer a question before the application is withdrawn')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.trackversion')),
                        ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('track', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.track')),
                        ('translations', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='927f23f185f66e6592d7e59c74a9a2cf0fb97f8d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ab303', table='allocations_trackversionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='VersionPartitionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('partition', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.partition')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('trackversion', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.trackversion')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a147e10da31055ccd7ff391881eb128775c7b012', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9ad3d', table='allocations_versionpartitionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ApplicationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(editable=False, max_length=20, verbose_name='reference')),
                        ('title', models.CharField(blank=True, max_length=150, verbose_name='title')),
                        ('abstract', models.TextField(blank=True, max_length=2000, verbose_name='public abstract')),
                        ('purpose', models.TextField(blank=True, max_length=5000, verbose_name='purpose')),
                        ('months', models.PositiveSmallIntegerField(null=True, verbose_name='length in months')),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('info_requested', 'Information requested'), ('approved', 'Approved'), ('approved_reduced', 'Approved in part'), ('waitlisted', 'On the wait-list'), ('accepted', 'Accepted'), ('declined', 'Offer declined'), ('lapsed', 'Offer lapsed'), ('rejected', 'Rejected'), ('appealed', 'Appealed'), ('withdrawn', 'Withdrawn'), ('report_due', 'Final report due'), ('closed', 'Closed')], default='draft', max_length=20, verbose_name='state')),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('submitted_at', models.DateTimeField(null=True)),
                        ('decision_due_on', models.DateField(null=True, verbose_name='decision due')),
                        ('applicant', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation', verbose_name='organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.application')),
                        ('track', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.track', verbose_name='track')),
                        ('answer_due_on', models.DateField(null=True, verbose_name='answer due')),
                        ('decision_amber_on', models.DateField(null=True)),
                        ('decision_red_on', models.DateField(null=True)),
                        ('track_version', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.trackversion')),
                        ('answers', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                        ('is_economic_activity', models.BooleanField(null=True, verbose_name='economic activity')),
                        ('may_be_listed', models.BooleanField(default=False, verbose_name='in the public list')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b0c266242530fe0c873c96ef801cdb228eef83f9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_df8df', table='allocations_applicationevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='RequestedHoursEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('gpu_hours', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='GPU-hours')),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.requestedhours')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='80bb5e4a379eae59468efc7248e9fbbd73994872', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d35d0', table='allocations_requestedhoursevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='InvitationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                        ('invited_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('accepted_at', models.DateTimeField(null=True)),
                        ('accepted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('invited_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.invitation')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='22fe76f18b2aad4a7eaf4c07702d701663de4a1c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_807cd', table='allocations_invitationevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='TransitionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('info_requested', 'Information requested'), ('approved', 'Approved'), ('approved_reduced', 'Approved in part'), ('waitlisted', 'On the wait-list'), ('accepted', 'Accepted'), ('declined', 'Offer declined'), ('lapsed', 'Offer lapsed'), ('rejected', 'Rejected'), ('appealed', 'Appealed'), ('withdrawn', 'Withdrawn'), ('report_due', 'Final report due'), ('closed', 'Closed')], max_length=20)),
                        ('reason', models.TextField(blank=True)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.transition')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d9ea11618d94577bbdbe1d46440f81aa911a260c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2252', table='allocations_transitionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DecisionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('outcome', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('info_requested', 'Information requested'), ('approved', 'Approved'), ('approved_reduced', 'Approved in part'), ('waitlisted', 'On the wait-list'), ('accepted', 'Accepted'), ('declined', 'Offer declined'), ('lapsed', 'Offer lapsed'), ('rejected', 'Rejected'), ('appealed', 'Appealed'), ('withdrawn', 'Withdrawn'), ('report_due', 'Final report due'), ('closed', 'Closed')], max_length=20)),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('decided_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.decision')),
                        ('is_ineligible', models.BooleanField(default=False)),
                        ('overturned_for', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='155ac99009112f2aec2376a3d386b46fcd672a79', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2a447', table='allocations_decisionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AwardEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('gpu_hours', models.PositiveIntegerField(verbose_name='GPU-hours')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.award')),
                        ('decision', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.decision')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fd2edb79e2b1c593e013a0e48969d709727ecffc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c369e', table='allocations_awardevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ProjectEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=20, verbose_name='name')),
                        ('owner_mark', models.CharField(default=allocations.models.projects.new_owner_mark, max_length=60)),
                        ('title', models.CharField(max_length=150, verbose_name='title')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.project')),
                        ('track', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.track')),
                        ('unix_group', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unixgroup')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a3c42e97810573e3318aacaadaedb032497d04c4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6b6ca', table='allocations_projectevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='MembershipEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('role', models.CharField(choices=[('leader', 'Leader'), ('member', 'Member')], default='member', max_length=10, verbose_name='role')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('left_at', models.DateTimeField(null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.membership')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.project')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6fd2d88a86f20e9c791341aa3d44ded20b6aa6a8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b5adc', table='allocations_membershipevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AllocationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('starts_on', models.DateField(verbose_name='first day')),
                        ('ends_on', models.DateField(verbose_name='last day')),
                        ('suspended_because', models.TextField(blank=True, verbose_name='why it is suspended')),
                        ('active_since', models.DateTimeField(null=True)),
                        ('not_ready_because', models.TextField(blank=True)),
                        ('confirmed_at', models.DateTimeField(null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.allocation')),
                        ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.project')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                        ('account_name', models.CharField(max_length=63, verbose_name='Slurm account')),
                        ('adopted_at', models.DateTimeField(null=True)),
                        ('history_wanted', models.BooleanField(default=False)),
                        ('released_at', models.DateTimeField(null=True)),
                        ('released_because', models.TextField(blank=True)),
                        ('site_limits', models.JSONField(default=dict)),
                        ('lost_minutes', models.BigIntegerField(default=0)),
                        ('is_offered', models.BooleanField(default=False)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='39024f761c9552e6849129723ba6f40064b7ed0c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6e9a5', table='allocations_allocationevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='LedgerEntryEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('award', 'Award'), ('supplement', 'Supplement'), ('reduction', 'Reduction'), ('renewal', 'Renewal'), ('transfer_out', 'Transfer to another site'), ('transfer_in', 'Transfer from another site'), ('refund', 'Refund'), ('lapse', 'Lapse')], max_length=12)),
                        ('gpu_minutes', models.BigIntegerField()),
                        ('reason', models.TextField()),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('decision', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.decision')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.ledgerentry')),
                        ('counterpart', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4b327eace08e984dee46ce49fc40378d747b3268', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_efae5', table='allocations_ledgerentryevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='OfferedAccountEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('account', models.CharField(max_length=63, verbose_name='account')),
                        ('offer', models.JSONField()),
                        ('offered_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.offeredaccount')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a0657e0bde1ba75e98ba42dc5adabba214d0e43a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6bf04', table='allocations_offeredaccountevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='RecordedMemberEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('username', models.CharField(max_length=64, verbose_name='user name')),
                        ('uid', models.BigIntegerField(null=True, verbose_name='UNIX user number')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.recordedmember')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e2ff058d50456ea968ab9a5b809b4d558e3941d0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_96a73', table='allocations_recordedmemberevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AttachmentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('file_name', models.CharField(default=accounts.private_files.new_file_name, max_length=64)),
                        ('shown_name', models.CharField(max_length=120, verbose_name='file')),
                        ('content_type', models.CharField(max_length=80)),
                        ('size_bytes', models.PositiveIntegerField(verbose_name='size')),
                        ('sha256', models.CharField(max_length=64)),
                        ('added_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='attached')),
                        ('scan_state', models.CharField(choices=[('waiting', 'Being checked for viruses'), ('clean', 'Checked'), ('infected', 'Refused: it holds a virus')], default='waiting', max_length=10, verbose_name='state')),
                        ('scanned_at', models.DateTimeField(null=True)),
                        ('finding', models.CharField(blank=True, max_length=200)),
                        ('removed_at', models.DateTimeField(null=True)),
                        ('added_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.attachment')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c3f1aea7817d81405ceb242458ecb95bf32b3e78', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a0ae8', table='allocations_attachmentevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AwardChangeEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('extension', 'Extension'), ('supplement', 'Supplement'), ('transfer', 'Transfer to another site'), ('pause', 'Pause'), ('resumption', 'Resumption'), ('appeal', 'Appeal')], max_length=12, verbose_name='kind')),
                        ('gpu_hours', models.PositiveIntegerField(null=True, verbose_name='GPU-hours')),
                        ('ends_on', models.DateField(null=True, verbose_name='last day')),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('state', models.CharField(choices=[('waiting', 'Waits for staff'), ('seconded', 'Waits for a second person'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10, verbose_name='state')),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('due_on', models.DateField(verbose_name='decision due')),
                        ('amber_on', models.DateField()),
                        ('red_on', models.DateField()),
                        ('seconded_at', models.DateTimeField(null=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decision_reason', models.TextField(blank=True)),
                        ('allocation', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.awardchange')),
                        ('seconded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('to_site', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fe177a777a19e5a3e9c3aa9f6b7aa067985afab5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_81ca2', table='allocations_awardchangeevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ClawBackEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('ends_on', models.DateField()),
                        ('state', models.CharField(choices=[('proposed', 'Proposed'), ('applied', 'Taken back'), ('dismissed', 'Dismissed'), ('overtaken', 'Overtaken by the end')], default='proposed', max_length=10, verbose_name='state')),
                        ('granted_minutes', models.BigIntegerField()),
                        ('used_minutes', models.BigIntegerField()),
                        ('expected_minutes', models.BigIntegerField()),
                        ('proposed_minutes', models.BigIntegerField()),
                        ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('answer_due_on', models.DateField(verbose_name='answer due')),
                        ('answer', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('reason', models.TextField(blank=True)),
                        ('settled_at', models.DateTimeField(null=True)),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('answered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.clawback')),
                        ('settled_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee432c189c5951c5282fcb4f20c6ace117f7146d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_18bc3', table='allocations_clawbackevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='CreditedRunEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('db_index', models.BigIntegerField()),
                        ('job', models.CharField(max_length=60)),
                        ('username', models.CharField(max_length=64)),
                        ('ended_at', models.DateTimeField()),
                        ('gpu_seconds', models.BigIntegerField()),
                        ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.creditedrun')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                        ('submitted_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b97ccdb38f1920736537776e5b78141de22d112b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fe9f5', table='allocations_creditedrunevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DeclarationTextEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=40, verbose_name='code')),
                        ('number', models.PositiveIntegerField(verbose_name='version')),
                        ('title', models.CharField(max_length=150, verbose_name='title')),
                        ('text', models.TextField(max_length=20000, verbose_name='text')),
                        ('valid_from', models.DateField(verbose_name='valid from')),
                        ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.declarationtext')),
                        ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site', verbose_name='site')),
                        ('translations', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='48d30677daa67af1f7d40b29f28c0714ffc7361a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f3eae', table='allocations_declarationtextevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SignedDeclarationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('signed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.signeddeclaration')),
                        ('signed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('text', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.declarationtext')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='85861e73e41e0f7a2ebebd8b99de904b2980bc8a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_09e48', table='allocations_signeddeclarationevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DriftEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('key', models.CharField(max_length=64)),
                        ('kind', models.CharField(max_length=40)),
                        ('change', models.JSONField()),
                        ('subject', models.CharField(max_length=300, verbose_name='what')),
                        ('expected', models.CharField(max_length=300)),
                        ('found', models.CharField(max_length=300)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('corrected', 'Put back'), ('adopted', 'Adopted')], default='waiting', max_length=10, verbose_name='state')),
                        ('last_right_at', models.DateTimeField()),
                        ('noticed_at', models.DateTimeField()),
                        ('times', models.PositiveIntegerField(default=1)),
                        ('settled_at', models.DateTimeField(null=True)),
                        ('adopted_because', models.TextField(blank=True)),
                        ('adopted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('allocation', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.drift')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7d96f9d119e7eb60034f83b9ddee3af6e92349b8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8f7aa', table='allocations_driftevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='EnergyFactorEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('valid_from', models.DateField(verbose_name='valid from')),
                        ('grams_co2e_per_kwh', models.DecimalField(decimal_places=1, max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(5000)], verbose_name='grams of CO2e for each kWh')),
                        ('source', models.CharField(max_length=300, verbose_name='source')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.energyfactor')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='251452f4ed3628ec62a2fc8d2d4b1e7854981806', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9944e', table='allocations_energyfactorevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='FinalReportEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('open', 'Being written'), ('handed_in', 'Handed in'), ('accepted', 'Accepted')], default='open', max_length=10, verbose_name='state')),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('due_on', models.DateField(verbose_name='due')),
                        ('reminded_days', models.PositiveSmallIntegerField(null=True)),
                        ('results', models.TextField(blank=True, verbose_name='results')),
                        ('use_of_hours', models.TextField(blank=True, verbose_name='use of the hours')),
                        ('meaning', models.TextField(blank=True, verbose_name='meaning for the organisation')),
                        ('may_be_published', models.BooleanField(null=True, verbose_name='may be published')),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('handed_in_at', models.DateTimeField(null=True)),
                        ('question', models.TextField(blank=True)),
                        ('accepted_at', models.DateTimeField(null=True)),
                        ('lifted_because', models.TextField(blank=True)),
                        ('lifted_at', models.DateTimeField(null=True)),
                        ('accepted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('handed_in_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('lifted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.finalreport')),
                        ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.project')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5bb0b32c2a8b21b36ee5650b07d4b5471ed660dc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ebf01', table='allocations_finalreportevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ReportOutputEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('publication', 'Publication'), ('software', 'Software or model'), ('data', 'Data'), ('patent', 'Patent'), ('product', 'Product or service'), ('funding', 'Further funding')], max_length=12, verbose_name='kind')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('link', models.CharField(blank=True, max_length=500, verbose_name='link or DOI')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.reportoutput')),
                        ('report', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.finalreport')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='33bc98a03640033310b39b3169c4a7d0bbcb5885', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5dc2f', table='allocations_reportoutputevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='GpuNoticeEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('db_index', models.BigIntegerField()),
                        ('submitted_at', models.DateTimeField()),
                        ('kind', models.CharField(choices=[('waste', 'sent by staff'), ('idle', 'idle while running')], max_length=10)),
                        ('sent_at', models.DateTimeField(auto_now_add=True)),
                        ('said', models.TextField()),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.gpunotice')),
                        ('recipient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('sent_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0a6f86c01fd3eb21fa0174e8c9deebf9458e3fa1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bf881', table='allocations_gpunoticeevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='JobCancelEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('username', models.CharField(max_length=200)),
                        ('job_ids', models.JSONField()),
                        ('reason', models.TextField()),
                        ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('confirmed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.jobcancel')),
                        ('user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ea3857c07f027e7d22740973c752a9a7b02a9962', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7f0b8', table='allocations_jobcancelevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DecisionLetterEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('decision', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.decision')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.decisionletter')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d8f04fc122bb9a074ce8ce7f3c82023db248205', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_584e4', table='allocations_decisionletterevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AwardOfferEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('answer_by', models.DateField(verbose_name='last day to answer')),
                        ('reminded_at', models.DateTimeField(null=True)),
                        ('answer', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed')], max_length=10, verbose_name='answer')),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('reason', models.TextField(blank=True, verbose_name='reason')),
                        ('terms', models.JSONField(default=list)),
                        ('answered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decision', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.decision')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.awardoffer')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a747494eca2f728dc8e930d7f022ed2da70e2173', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5a690', table='allocations_awardofferevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SubmissionSnapshotEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.PositiveSmallIntegerField()),
                        ('schema_version', models.PositiveSmallIntegerField(default=2)),
                        ('content', models.JSONField()),
                        ('taken_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.submissionsnapshot')),
                        ('taken_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='00ad4ebc1d9cf4725b60c3a81b5b4487aaff84d8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_292e7', table='allocations_submissionsnapshotevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PaperEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.paper')),
                        ('snapshot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.submissionsnapshot')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8213076855bc5905565643e5eff775f1c8bdb151', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1f275', table='allocations_paperevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DedicatedPartitionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('nodes', models.TextField(verbose_name='nodes')),
                        ('max_hours', models.PositiveIntegerField(verbose_name='longest job, in hours')),
                        ('max_nodes', models.PositiveIntegerField(null=True, verbose_name='most nodes in one job')),
                        ('priority', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65533)], verbose_name='priority')),
                        ('memory_mb_per_cpu', models.PositiveIntegerField(verbose_name='memory a core, in MB')),
                        ('ends_on', models.DateField(verbose_name='last day')),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.dedicatedpartition')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4add2da3c694beb70a55bdef3bfb7c5165dbca89', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_94f83', table='allocations_dedicatedpartitionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AllocationPartitionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('allocation', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('partition', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.partition')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='38c1bafcf281ef3f0d5fab7f51c3159547d58343', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a94ad', table='allocations_allocationpartitionevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SitePlanEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('plan_id', models.SlugField(db_index=False, max_length=16)),
                        ('state', models.CharField(choices=[('waiting', 'Waits for approval'), ('approved', 'Approved'), ('declined', 'Declined'), ('applied', 'Applied'), ('replaced', 'No longer planned')], default='waiting', max_length=12)),
                        ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('begun_at', models.DateTimeField(null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.siteplan')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='944c4c8704bc8d42d3df02ead5de9258f5dcfc9b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d94dd', table='allocations_siteplanevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PoolEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('funder', models.CharField(choices=[('europe', 'European Union'), ('federal', 'Federal State'), ('flanders', 'Flanders'), ('wallonia', 'Wallonia'), ('brussels', 'Brussels'), ('other', 'Other')], max_length=20, verbose_name='funder')),
                        ('starts_on', models.DateField(verbose_name='first day')),
                        ('ends_on', models.DateField(verbose_name='last day')),
                        ('gpu_hours', models.PositiveIntegerField(verbose_name='GPU-hours')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.pool')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site', verbose_name='site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8e05baff8f3be72917c798ffb49cbe61a3749e87', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dcd4b', table='allocations_poolevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PoolTrackEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pool', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.pool')),
                        ('track', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.track')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4760ecad1621cf8b2859bb7420fd7b083f059417', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c4c6d', table='allocations_pooltrackevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='QuotaEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=20, verbose_name='code')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('organisation_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('start_up', 'Start-up'), ('sme', 'Small or medium enterprise'), ('large', 'Large enterprise'), ('research', 'University or research centre'), ('public', 'Public administration'), ('other', 'Other')], max_length=20), default=list, size=None)),
                        ('track_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                        ('percent', models.PositiveSmallIntegerField(verbose_name='percent of each pool at most')),
                        ('valid_from', models.DateField(verbose_name='valid from')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.quota')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3d0eee09e7b278d43a1aabb74ea4da58f5abf55c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_02cda', table='allocations_quotaevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PoolDrawEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('gpu_minutes', models.BigIntegerField()),
                        ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.pooldraw')),
                        ('pool', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.pool')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ddc72fde53f42f4143b12adbaa8c49f4123a092e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4a214', table='allocations_pooldrawevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='UnitPriceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('cents_per_gpu_hour', models.PositiveIntegerField(verbose_name='euro cents a GPU-hour')),
                        ('valid_from', models.DateField(verbose_name='valid from')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.unitprice')),
                        ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.site')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='26d8f6f23f1bfd8742e207b8b66adf9d69e19eaa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9dff4', table='allocations_unitpriceevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='AidGrantEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('granted_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('gpu_minutes', models.BigIntegerField()),
                        ('cents_per_gpu_hour', models.PositiveIntegerField()),
                        ('cents', models.BigIntegerField(verbose_name='amount in euro cents')),
                        ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.ledgerentry')),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.aidgrant')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5e76f1686d6f651cee637c1c9e04a56ba981d716', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_977a9', table='allocations_aidgrantevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ProposedAwardEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('terms', models.JSONField()),
                        ('reason', models.TextField(verbose_name='reason')),
                        ('is_for_wait_list', models.BooleanField(default=False)),
                        ('needs_second_person', models.BooleanField(default=False)),
                        ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('confirmed_at', models.DateTimeField(null=True)),
                        ('application_version', models.PositiveIntegerField()),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('ending', models.CharField(blank=True, choices=[('granted', 'granted'), ('declined', 'declined'), ('overtaken', 'overtaken by another step')], max_length=20)),
                        ('closed_because', models.TextField(blank=True)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('confirmed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.proposedaward')),
                        ('proposed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce57879b50ba587214faa1192a18fca5c211436f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_03a1f', table='allocations_proposedawardevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('assigned_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('comment', models.TextField(blank=True, max_length=5000, verbose_name='summary')),
                        ('edits', models.PositiveIntegerField(default=0)),
                        ('submitted_at', models.DateTimeField(null=True)),
                        ('read_number', models.PositiveSmallIntegerField(null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('ended_because', models.CharField(blank=True, choices=[('removed', 'taken off by staff'), ('conflict', 'conflict of interest')], max_length=20)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('assigned_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.review')),
                        ('reviewer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b4e139001aabbdf1b38ca65b3ffcfdaaaf5f34ec', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fdb18', table='allocations_reviewevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewScoreEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('criterion', models.CharField(max_length=40)),
                        ('score', models.PositiveSmallIntegerField(null=True)),
                        ('text', models.TextField(blank=True, max_length=5000)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.reviewscore')),
                        ('review', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.review')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5c856a1a039a823a4729571dfc4f5ec27afa1310', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_31598', table='allocations_reviewscoreevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DeclaredConflictEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                        ('declared_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.declaredconflict')),
                        ('reviewer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='14c14c669434530ebe2656e8a002fa1897fdbc02', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f1fa2', table='allocations_declaredconflictevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewerProfileEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('expertise', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='expertise')),
                        ('away_until', models.DateField(null=True, verbose_name='takes no reviews until')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.reviewerprofile')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a4c1986b8ff8100b619dcb703bb45df26af4bda9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fd607', table='allocations_reviewerprofileevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewCommentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('text', models.TextField(max_length=5000, verbose_name='contribution')),
                        ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('author', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.reviewcomment')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b5edd869bc09436dc718216ce1f3ba132a28d91d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8d97e', table='allocations_reviewcommentevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SectionAnswersEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('section', models.CharField(choices=[('organisation', 'Organisation'), ('size_and_aid', 'Size and state aid'), ('people', 'People'), ('project', 'Project'), ('track', 'Track'), ('resources', 'Resources'), ('data', 'Data'), ('trustworthy_ai', 'Trustworthy AI'), ('security', 'Dual use and security'), ('plan', 'Plan'), ('declarations', 'Declarations')], max_length=20, verbose_name='section')),
                        ('answers', models.JSONField(default=dict, verbose_name='answers')),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.application')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.sectionanswers')),
                        ('saved_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5dd348ae3cd36d7488b1f42b944c7c594d0baa95', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_323d1', table='allocations_sectionanswersevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='UsageDifferenceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('day', models.DateField(verbose_name='day')),
                        ('username', models.CharField(max_length=64, verbose_name='user')),
                        ('portal_gpu_seconds', models.BigIntegerField()),
                        ('portal_cpu_seconds', models.BigIntegerField()),
                        ('slurm_gpu_seconds', models.BigIntegerField()),
                        ('slurm_cpu_seconds', models.BigIntegerField()),
                        ('records_gpu_seconds', models.BigIntegerField()),
                        ('records_cpu_seconds', models.BigIntegerField()),
                        ('reason', models.CharField(choices=[('rollup_late', 'Slurm has not added up this day yet'), ('rollup_missed', 'Slurm added up this day before all records had come'), ('association_deleted', "Slurm's database lost the association"), ('hours_shifted', "Slurm's time zone shifts its hours"), ('reservation', 'Slurm adds idle time of a reservation'), ('suspension_spread', 'A job was suspended and ran over midnight'), ('sums_stale', "Slurm's sums hold what its records no longer have"), ('row_refused', 'A record of Slurm cannot be understood'), ('records_differ', "The portal lacks what Slurm's records say"), ('unexplained', 'No reason found')], max_length=20, verbose_name='why')),
                        ('detail', models.CharField(blank=True, max_length=300)),
                        ('found_at', models.DateTimeField()),
                        ('seen_at', models.DateTimeField()),
                        ('resolved_at', models.DateTimeField(null=True)),
                        ('allocation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocations.allocation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocations.usagedifference')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='574b094491d06640fbf5d8c49e4bbb665fb423b8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0f0e1', table='allocations_usagedifferenceevent', when='BEFORE')),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='site',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_siteevent" ("cluster", "code", "gpu_name", "id", "login_host", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cluster", NEW."code", NEW."gpu_name", NEW."id", NEW."login_host", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='631041b253aed2af767cb32a4aafafa2c4b296fd', operation='INSERT', pgid='pgtrigger_insert_insert_490a5', table='allocations_site', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='site',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_siteevent" ("cluster", "code", "gpu_name", "id", "login_host", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cluster", NEW."code", NEW."gpu_name", NEW."id", NEW."login_host", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='f324552e46300647a13056199fa439d023a1c09c', operation='UPDATE', pgid='pgtrigger_update_update_ae322', table='allocations_site', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='site',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_siteevent" ("cluster", "code", "gpu_name", "id", "login_host", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."cluster", OLD."code", OLD."gpu_name", OLD."id", OLD."login_host", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='7cab6cb27b291fc7b12acd0ad67e731a43b9fa50', operation='DELETE', pgid='pgtrigger_delete_delete_06b98', table='allocations_site', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='partition',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_partitionevent" ("description", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."description", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id"); RETURN NULL;', hash='5332273c9387c08d1a35b589d86ad8d6cdf6df36', operation='INSERT', pgid='pgtrigger_insert_insert_05cdf', table='allocations_partition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='partition',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_partitionevent" ("description", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."description", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id"); RETURN NULL;', hash='ed2295a3cb0e965bca8371bc89ebd445066b4827', operation='UPDATE', pgid='pgtrigger_update_update_30e62', table='allocations_partition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='partition',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_partitionevent" ("description", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."description", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='e4ec80f56c7a0afc7ff5e0acfb57faebc3a06db4', operation='DELETE', pgid='pgtrigger_delete_delete_886c8', table='allocations_partition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sitetoken',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_sitetokenevent" ("created_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id"); RETURN NULL;', hash='4773a00d7a522a924714e3f1bf19fdbc74b36924', operation='INSERT', pgid='pgtrigger_insert_insert_a29d2', table='allocations_sitetoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sitetoken',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id"))', func='INSERT INTO "allocations_sitetokenevent" ("created_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id"); RETURN NULL;', hash='bc3d6612cf035a37a61967280e1890688271362c', operation='UPDATE', pgid='pgtrigger_update_update_5eddd', table='allocations_sitetoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sitetoken',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_sitetokenevent" ("created_at", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."created_at", OLD."expires_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='f791e337a08345e5bcac4700073705772402fbd1', operation='DELETE', pgid='pgtrigger_delete_delete_22263', table='allocations_sitetoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='track',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_trackevent" ("code", "id", "is_open", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."code", NEW."id", NEW."is_open", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position"); RETURN NULL;', hash='987d1ef19a803f5a380ae7a0480c249bdf5462db', operation='INSERT', pgid='pgtrigger_insert_insert_dff2e', table='allocations_track', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='track',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_trackevent" ("code", "id", "is_open", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."code", NEW."id", NEW."is_open", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position"); RETURN NULL;', hash='dff23369977c9cd34a4f7b081d6d02adb89ad654', operation='UPDATE', pgid='pgtrigger_update_update_859f7', table='allocations_track', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='track',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_trackevent" ("code", "id", "is_open", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."code", OLD."id", OLD."is_open", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position"); RETURN NULL;', hash='22ac8446fb226e509497c800f7351926e0b3aa69', operation='DELETE', pgid='pgtrigger_delete_delete_10018', table='allocations_track', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='trackversion',
                    trigger=pgtrigger.compiler.Trigger(name='published_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."published_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8f0d2772912a5fda9de8a5cb226a0a1f14f79081', operation='UPDATE OR DELETE', pgid='pgtrigger_published_is_frozen_8f5c3', table='allocations_trackversion', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='trackversion',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_trackversionevent" ("answer_days", "cut_off_days", "cut_off_time", "deadline_days", "deadline_kind", "edits", "four_eyes_above_gpu_hours", "has_admin_check", "has_gate", "has_technical_review", "id", "is_blind", "lengths_in_months", "max_gpu_hours", "max_sites", "min_gpu_hours", "number", "optional_questions", "organisation_kinds", "peer_reviewers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "rubric", "sections", "summary", "track_id", "translations", "valid_from") VALUES (NEW."answer_days", NEW."cut_off_days", NEW."cut_off_time", NEW."deadline_days", NEW."deadline_kind", NEW."edits", NEW."four_eyes_above_gpu_hours", NEW."has_admin_check", NEW."has_gate", NEW."has_technical_review", NEW."id", NEW."is_blind", NEW."lengths_in_months", NEW."max_gpu_hours", NEW."max_sites", NEW."min_gpu_hours", NEW."number", NEW."optional_questions", NEW."organisation_kinds", NEW."peer_reviewers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."rubric", NEW."sections", NEW."summary", NEW."track_id", NEW."translations", NEW."valid_from"); RETURN NULL;', hash='d7219cf9b09a176cbdbdf5723b0561f06477a82c', operation='INSERT', pgid='pgtrigger_insert_insert_8374a', table='allocations_trackversion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='trackversion',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_trackversionevent" ("answer_days", "cut_off_days", "cut_off_time", "deadline_days", "deadline_kind", "edits", "four_eyes_above_gpu_hours", "has_admin_check", "has_gate", "has_technical_review", "id", "is_blind", "lengths_in_months", "max_gpu_hours", "max_sites", "min_gpu_hours", "number", "optional_questions", "organisation_kinds", "peer_reviewers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "rubric", "sections", "summary", "track_id", "translations", "valid_from") VALUES (NEW."answer_days", NEW."cut_off_days", NEW."cut_off_time", NEW."deadline_days", NEW."deadline_kind", NEW."edits", NEW."four_eyes_above_gpu_hours", NEW."has_admin_check", NEW."has_gate", NEW."has_technical_review", NEW."id", NEW."is_blind", NEW."lengths_in_months", NEW."max_gpu_hours", NEW."max_sites", NEW."min_gpu_hours", NEW."number", NEW."optional_questions", NEW."organisation_kinds", NEW."peer_reviewers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."rubric", NEW."sections", NEW."summary", NEW."track_id", NEW."translations", NEW."valid_from"); RETURN NULL;', hash='878625c155bc76699e8ac77a3ca278be37bf37aa', operation='UPDATE', pgid='pgtrigger_update_update_6851b', table='allocations_trackversion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='trackversion',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_trackversionevent" ("answer_days", "cut_off_days", "cut_off_time", "deadline_days", "deadline_kind", "edits", "four_eyes_above_gpu_hours", "has_admin_check", "has_gate", "has_technical_review", "id", "is_blind", "lengths_in_months", "max_gpu_hours", "max_sites", "min_gpu_hours", "number", "optional_questions", "organisation_kinds", "peer_reviewers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "rubric", "sections", "summary", "track_id", "translations", "valid_from") VALUES (OLD."answer_days", OLD."cut_off_days", OLD."cut_off_time", OLD."deadline_days", OLD."deadline_kind", OLD."edits", OLD."four_eyes_above_gpu_hours", OLD."has_admin_check", OLD."has_gate", OLD."has_technical_review", OLD."id", OLD."is_blind", OLD."lengths_in_months", OLD."max_gpu_hours", OLD."max_sites", OLD."min_gpu_hours", OLD."number", OLD."optional_questions", OLD."organisation_kinds", OLD."peer_reviewers", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."rubric", OLD."sections", OLD."summary", OLD."track_id", OLD."translations", OLD."valid_from"); RETURN NULL;', hash='47a5f48b703e1725c3055c9c99f8ccbc86b0dc4f', operation='DELETE', pgid='pgtrigger_delete_delete_3fc3c', table='allocations_trackversion', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='versionpartition',
                    trigger=pgtrigger.compiler.Trigger(name='published_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of_version bigint;', func="\n            IF TG_OP = 'DELETE' THEN of_version := OLD.trackversion_id;\n            ELSE of_version := NEW.trackversion_id; END IF;\n            IF EXISTS (SELECT 1 FROM allocations_trackversion\n                       WHERE id = of_version AND published_at IS NOT NULL) THEN\n                RAISE EXCEPTION 'what is published of a track is frozen';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;\n        ", hash='fea561105273e931d45026ed585d4df5aa5755a0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_published_is_frozen_782ef', table='allocations_trackversion_partitions', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='versionpartition',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_versionpartitionevent" ("id", "partition_id", "pgh_context_id", "pgh_created_at", "pgh_label", "trackversion_id") VALUES (NEW."id", NEW."partition_id", _pgh_attach_context(), NOW(), \'insert\', NEW."trackversion_id"); RETURN NULL;', hash='c9d778ff829be23399cd4aca3b2d362bfb44adab', operation='INSERT', pgid='pgtrigger_insert_insert_01500', table='allocations_trackversion_partitions', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='versionpartition',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_versionpartitionevent" ("id", "partition_id", "pgh_context_id", "pgh_created_at", "pgh_label", "trackversion_id") VALUES (OLD."id", OLD."partition_id", _pgh_attach_context(), NOW(), \'delete\', OLD."trackversion_id"); RETURN NULL;', hash='a9b6ccda98290837bcd40baa9adc0557eb483496', operation='DELETE', pgid='pgtrigger_delete_delete_8145c', table='allocations_trackversion_partitions', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='application',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_applicationevent" ("abstract", "answer_due_on", "answers", "applicant_id", "created_at", "decision_amber_on", "decision_due_on", "decision_red_on", "id", "is_economic_activity", "may_be_listed", "months", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "reference", "state", "submitted_at", "title", "track_id", "track_version_id", "version") VALUES (NEW."abstract", NEW."answer_due_on", NEW."answers", NEW."applicant_id", NEW."created_at", NEW."decision_amber_on", NEW."decision_due_on", NEW."decision_red_on", NEW."id", NEW."is_economic_activity", NEW."may_be_listed", NEW."months", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."purpose", NEW."reference", NEW."state", NEW."submitted_at", NEW."title", NEW."track_id", NEW."track_version_id", NEW."version"); RETURN NULL;', hash='4355c7ab74b013dd1609afd7c154012dbfc8f380', operation='INSERT', pgid='pgtrigger_insert_insert_c16b1', table='allocations_application', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='application',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_applicationevent" ("abstract", "answer_due_on", "answers", "applicant_id", "created_at", "decision_amber_on", "decision_due_on", "decision_red_on", "id", "is_economic_activity", "may_be_listed", "months", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "reference", "state", "submitted_at", "title", "track_id", "track_version_id", "version") VALUES (NEW."abstract", NEW."answer_due_on", NEW."answers", NEW."applicant_id", NEW."created_at", NEW."decision_amber_on", NEW."decision_due_on", NEW."decision_red_on", NEW."id", NEW."is_economic_activity", NEW."may_be_listed", NEW."months", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."purpose", NEW."reference", NEW."state", NEW."submitted_at", NEW."title", NEW."track_id", NEW."track_version_id", NEW."version"); RETURN NULL;', hash='75df713b8c1f5a49cc6cad1f002250d5a9f7d649', operation='UPDATE', pgid='pgtrigger_update_update_5dcd3', table='allocations_application', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='application',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_applicationevent" ("abstract", "answer_due_on", "answers", "applicant_id", "created_at", "decision_amber_on", "decision_due_on", "decision_red_on", "id", "is_economic_activity", "may_be_listed", "months", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "reference", "state", "submitted_at", "title", "track_id", "track_version_id", "version") VALUES (OLD."abstract", OLD."answer_due_on", OLD."answers", OLD."applicant_id", OLD."created_at", OLD."decision_amber_on", OLD."decision_due_on", OLD."decision_red_on", OLD."id", OLD."is_economic_activity", OLD."may_be_listed", OLD."months", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."purpose", OLD."reference", OLD."state", OLD."submitted_at", OLD."title", OLD."track_id", OLD."track_version_id", OLD."version"); RETURN NULL;', hash='b23ca40d2a1b0cff55f969acf0adcab920e2c948', operation='DELETE', pgid='pgtrigger_delete_delete_3c305', table='allocations_application', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='requestedhours',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_requestedhoursevent" ("application_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."application_id", NEW."gpu_hours", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id"); RETURN NULL;', hash='bff222480d26c7b7143693951b40e8435fc8b2b4', operation='INSERT', pgid='pgtrigger_insert_insert_6f58d', table='allocations_requestedhours', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='requestedhours',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_requestedhoursevent" ("application_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."application_id", NEW."gpu_hours", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id"); RETURN NULL;', hash='8896cdc6d120079cf8e27265243c86fbaec1521a', operation='UPDATE', pgid='pgtrigger_update_update_1744e', table='allocations_requestedhours', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='requestedhours',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_requestedhoursevent" ("application_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."application_id", OLD."gpu_hours", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='1747fe142198a20e27bc1f0aca8bbff6eae3e34d', operation='DELETE', pgid='pgtrigger_delete_delete_f7104', table='allocations_requestedhours', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='invitation',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_invitationevent" ("accepted_at", "accepted_by_id", "application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."application_id", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='5f04d66d54aa20cc8e87f6715c1607734be307a2', operation='INSERT', pgid='pgtrigger_insert_insert_57247', table='allocations_invitation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='invitation',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted_at" IS DISTINCT FROM (NEW."accepted_at") OR OLD."accepted_by_id" IS DISTINCT FROM (NEW."accepted_by_id") OR OLD."application_id" IS DISTINCT FROM (NEW."application_id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invited_at" IS DISTINCT FROM (NEW."invited_at") OR OLD."invited_by_id" IS DISTINCT FROM (NEW."invited_by_id"))', func='INSERT INTO "allocations_invitationevent" ("accepted_at", "accepted_by_id", "application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."application_id", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='509173ddc9a3d9fe0f022150d755d787de587bc5', operation='UPDATE', pgid='pgtrigger_update_update_8cdba', table='allocations_invitation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='invitation',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_invitationevent" ("accepted_at", "accepted_by_id", "application_id", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."accepted_at", OLD."accepted_by_id", OLD."application_id", OLD."email", OLD."expires_at", OLD."id", OLD."invited_at", OLD."invited_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='34cd1489d242c1c528a6ef27fc0e441ead443690', operation='DELETE', pgid='pgtrigger_delete_delete_08ff0', table='allocations_invitation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='transition',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_transitionevent" ("actor_id", "application_id", "at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."actor_id", NEW."application_id", NEW."at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='dde35228a1125b6f279245bcdfbdb5f645b61a28', operation='INSERT', pgid='pgtrigger_insert_insert_f4782', table='allocations_transition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='transition',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_transitionevent" ("actor_id", "application_id", "at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."actor_id", NEW."application_id", NEW."at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='02cc8829bc3c186069a1fc4d402add409a3c01c0', operation='UPDATE', pgid='pgtrigger_update_update_880fe', table='allocations_transition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='transition',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_transitionevent" ("actor_id", "application_id", "at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."actor_id", OLD."application_id", OLD."at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='6144566d436913e6a816f5e2e0efcda7b754c8ed', operation='DELETE', pgid='pgtrigger_delete_delete_15336', table='allocations_transition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decision',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_decisionevent" ("application_id", "decided_at", "decided_by_id", "id", "is_ineligible", "outcome", "overturned_for_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."application_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."is_ineligible", NEW."outcome", NEW."overturned_for_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason"); RETURN NULL;', hash='785c10c49154204db1042c8bc39a8ae8e3ac9ac8', operation='INSERT', pgid='pgtrigger_insert_insert_da323', table='allocations_decision', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decision',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_decisionevent" ("application_id", "decided_at", "decided_by_id", "id", "is_ineligible", "outcome", "overturned_for_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."application_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."is_ineligible", NEW."outcome", NEW."overturned_for_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='0cccc0556028162ab8bfbbef3e9254367caf3d29', operation='UPDATE', pgid='pgtrigger_update_update_78a3f', table='allocations_decision', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decision',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_decisionevent" ("application_id", "decided_at", "decided_by_id", "id", "is_ineligible", "outcome", "overturned_for_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."application_id", OLD."decided_at", OLD."decided_by_id", OLD."id", OLD."is_ineligible", OLD."outcome", OLD."overturned_for_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;', hash='c98d1440eae87e6a25718ed4b2cf7670182a77cd', operation='DELETE', pgid='pgtrigger_delete_delete_eb90b', table='allocations_decision', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='award',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardevent" ("decision_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."decision_id", NEW."gpu_hours", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id"); RETURN NULL;', hash='36514f0eade14862ef95dd8f3985d976f229777c', operation='INSERT', pgid='pgtrigger_insert_insert_5bb8e', table='allocations_award', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='award',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_awardevent" ("decision_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."decision_id", NEW."gpu_hours", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id"); RETURN NULL;', hash='1d1fc37ebf2c77f6b44c5bac3951df68ccd0e2d5', operation='UPDATE', pgid='pgtrigger_update_update_a655f', table='allocations_award', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='award',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardevent" ("decision_id", "gpu_hours", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."decision_id", OLD."gpu_hours", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='d2667af4f8830f3dd34aeae20d110883b7752828', operation='DELETE', pgid='pgtrigger_delete_delete_d09b8', table='allocations_award', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='project',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_projectevent" ("application_id", "created_at", "id", "name", "organisation_id", "owner_mark", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "track_id", "unix_group_id") VALUES (NEW."application_id", NEW."created_at", NEW."id", NEW."name", NEW."organisation_id", NEW."owner_mark", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title", NEW."track_id", NEW."unix_group_id"); RETURN NULL;', hash='52af04dcb47bced5111bf9dab28c672aaf70a446', operation='INSERT', pgid='pgtrigger_insert_insert_db8a5', table='allocations_project', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='project',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_projectevent" ("application_id", "created_at", "id", "name", "organisation_id", "owner_mark", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "track_id", "unix_group_id") VALUES (NEW."application_id", NEW."created_at", NEW."id", NEW."name", NEW."organisation_id", NEW."owner_mark", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."title", NEW."track_id", NEW."unix_group_id"); RETURN NULL;', hash='3f9721269e3a6651f910e24f1a5cefca36943f6a', operation='UPDATE', pgid='pgtrigger_update_update_0365e', table='allocations_project', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='project',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_projectevent" ("application_id", "created_at", "id", "name", "organisation_id", "owner_mark", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "track_id", "unix_group_id") VALUES (OLD."application_id", OLD."created_at", OLD."id", OLD."name", OLD."organisation_id", OLD."owner_mark", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."title", OLD."track_id", OLD."unix_group_id"); RETURN NULL;', hash='cd41e91f06b37432bf1094e4963ed5ba09ce03c6', operation='DELETE', pgid='pgtrigger_delete_delete_5ef38', table='allocations_project', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='membership',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_membershipevent" ("id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "role", "user_id") VALUES (NEW."id", NEW."joined_at", NEW."left_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='d14cb8570ce11b036b71289eb29b8ed112077ecc', operation='INSERT', pgid='pgtrigger_insert_insert_b56d8', table='allocations_membership', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='membership',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_membershipevent" ("id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "role", "user_id") VALUES (NEW."id", NEW."joined_at", NEW."left_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."role", NEW."user_id"); RETURN NULL;', hash='3eb64d57595be5e0978472072b37cf0aaee633ad', operation='UPDATE', pgid='pgtrigger_update_update_cf906', table='allocations_membership', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='membership',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_membershipevent" ("id", "joined_at", "left_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "role", "user_id") VALUES (OLD."id", OLD."joined_at", OLD."left_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."role", OLD."user_id"); RETURN NULL;', hash='86f786db20f8a0bf66b63d883d03071c1ea57f48', operation='DELETE', pgid='pgtrigger_delete_delete_5e148', table='allocations_membership', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='allocation',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_allocationevent" ("account_name", "active_since", "adopted_at", "confirmed_at", "ends_on", "history_wanted", "id", "is_offered", "lost_minutes", "not_ready_because", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "released_at", "released_because", "site_id", "site_limits", "starts_on", "suspended_because") VALUES (NEW."account_name", NEW."active_since", NEW."adopted_at", NEW."confirmed_at", NEW."ends_on", NEW."history_wanted", NEW."id", NEW."is_offered", NEW."lost_minutes", NEW."not_ready_because", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."released_at", NEW."released_because", NEW."site_id", NEW."site_limits", NEW."starts_on", NEW."suspended_because"); RETURN NULL;', hash='f48ad7c98cadd35eb814bbe9235c6156bc2becd1', operation='INSERT', pgid='pgtrigger_insert_insert_e6a66', table='allocations_allocation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='allocation',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_allocationevent" ("account_name", "active_since", "adopted_at", "confirmed_at", "ends_on", "history_wanted", "id", "is_offered", "lost_minutes", "not_ready_because", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "released_at", "released_because", "site_id", "site_limits", "starts_on", "suspended_because") VALUES (NEW."account_name", NEW."active_since", NEW."adopted_at", NEW."confirmed_at", NEW."ends_on", NEW."history_wanted", NEW."id", NEW."is_offered", NEW."lost_minutes", NEW."not_ready_because", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."released_at", NEW."released_because", NEW."site_id", NEW."site_limits", NEW."starts_on", NEW."suspended_because"); RETURN NULL;', hash='f8dc98a819dcb8dd2e0cfbf54eadcb8c36463f76', operation='UPDATE', pgid='pgtrigger_update_update_bed33', table='allocations_allocation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='allocation',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_allocationevent" ("account_name", "active_since", "adopted_at", "confirmed_at", "ends_on", "history_wanted", "id", "is_offered", "lost_minutes", "not_ready_because", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "released_at", "released_because", "site_id", "site_limits", "starts_on", "suspended_because") VALUES (OLD."account_name", OLD."active_since", OLD."adopted_at", OLD."confirmed_at", OLD."ends_on", OLD."history_wanted", OLD."id", OLD."is_offered", OLD."lost_minutes", OLD."not_ready_because", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."released_at", OLD."released_because", OLD."site_id", OLD."site_limits", OLD."starts_on", OLD."suspended_because"); RETURN NULL;', hash='3034ef5d8e6de4ab44ea3183016c4dc57e3a7586', operation='DELETE', pgid='pgtrigger_delete_delete_d24a5', table='allocations_allocation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ledgerentry',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_ledgerentryevent" ("actor_id", "allocation_id", "at", "counterpart_id", "decision_id", "gpu_minutes", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."actor_id", NEW."allocation_id", NEW."at", NEW."counterpart_id", NEW."decision_id", NEW."gpu_minutes", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason"); RETURN NULL;', hash='91aa78ac2595f9bc3561b253026755b557d29f46', operation='INSERT', pgid='pgtrigger_insert_insert_22019', table='allocations_ledgerentry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ledgerentry',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_ledgerentryevent" ("actor_id", "allocation_id", "at", "counterpart_id", "decision_id", "gpu_minutes", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."actor_id", NEW."allocation_id", NEW."at", NEW."counterpart_id", NEW."decision_id", NEW."gpu_minutes", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='46cdd6928767dfd0c548624d4d844f59fdb8668b', operation='UPDATE', pgid='pgtrigger_update_update_2cfc1', table='allocations_ledgerentry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ledgerentry',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_ledgerentryevent" ("actor_id", "allocation_id", "at", "counterpart_id", "decision_id", "gpu_minutes", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."actor_id", OLD."allocation_id", OLD."at", OLD."counterpart_id", OLD."decision_id", OLD."gpu_minutes", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;', hash='d4848d4cb611113d92fe81564a5b6bdaf0c3364e', operation='DELETE', pgid='pgtrigger_delete_delete_571ff', table='allocations_ledgerentry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='offeredaccount',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_offeredaccountevent" ("account", "id", "offer", "offered_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."account", NEW."id", NEW."offer", NEW."offered_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id"); RETURN NULL;', hash='22594ef29e6acbee4997110ecc45fd10ffb660b6', operation='INSERT', pgid='pgtrigger_insert_insert_70c1d', table='allocations_offeredaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='offeredaccount',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_offeredaccountevent" ("account", "id", "offer", "offered_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (NEW."account", NEW."id", NEW."offer", NEW."offered_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id"); RETURN NULL;', hash='fc1d66be36e701c6e1ef0b66c7fcf96fe01f5b5d', operation='UPDATE', pgid='pgtrigger_update_update_4cb6f', table='allocations_offeredaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='offeredaccount',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_offeredaccountevent" ("account", "id", "offer", "offered_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."account", OLD."id", OLD."offer", OLD."offered_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='6e36e97224fccae5b692c5b1b148303725c0fc00', operation='DELETE', pgid='pgtrigger_delete_delete_ab1c4', table='allocations_offeredaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='recordedmember',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_recordedmemberevent" ("allocation_id", "email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uid", "username") VALUES (NEW."allocation_id", NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."uid", NEW."username"); RETURN NULL;', hash='35bbc444342b83cd1f9c542a3228d1ea128faecc', operation='INSERT', pgid='pgtrigger_insert_insert_9d26e', table='allocations_recordedmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='recordedmember',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_recordedmemberevent" ("allocation_id", "email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uid", "username") VALUES (NEW."allocation_id", NEW."email", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."uid", NEW."username"); RETURN NULL;', hash='48919f6d5bc24b1376aebae0fa2f06ff1dffe0bc', operation='UPDATE', pgid='pgtrigger_update_update_0b13a', table='allocations_recordedmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='recordedmember',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_recordedmemberevent" ("allocation_id", "email", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "uid", "username") VALUES (OLD."allocation_id", OLD."email", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."uid", OLD."username"); RETURN NULL;', hash='1fa56bddfd410814851e1173c8174540d1e06ebe', operation='DELETE', pgid='pgtrigger_delete_delete_f39ea', table='allocations_recordedmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='attachment',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_attachmentevent" ("added_at", "added_by_id", "application_id", "content_type", "file_name", "finding", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "scan_state", "scanned_at", "sha256", "shown_name", "size_bytes") VALUES (NEW."added_at", NEW."added_by_id", NEW."application_id", NEW."content_type", NEW."file_name", NEW."finding", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."removed_at", NEW."scan_state", NEW."scanned_at", NEW."sha256", NEW."shown_name", NEW."size_bytes"); RETURN NULL;', hash='750e7736bc42c08b2d617e9de0c87b9292c259c3', operation='INSERT', pgid='pgtrigger_insert_insert_c53d7', table='allocations_attachment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='attachment',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_attachmentevent" ("added_at", "added_by_id", "application_id", "content_type", "file_name", "finding", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "scan_state", "scanned_at", "sha256", "shown_name", "size_bytes") VALUES (NEW."added_at", NEW."added_by_id", NEW."application_id", NEW."content_type", NEW."file_name", NEW."finding", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."removed_at", NEW."scan_state", NEW."scanned_at", NEW."sha256", NEW."shown_name", NEW."size_bytes"); RETURN NULL;', hash='2eb1d95f86f295dd594a921f7ede721203af4c4d', operation='UPDATE', pgid='pgtrigger_update_update_f453a', table='allocations_attachment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='attachment',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_attachmentevent" ("added_at", "added_by_id", "application_id", "content_type", "file_name", "finding", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "scan_state", "scanned_at", "sha256", "shown_name", "size_bytes") VALUES (OLD."added_at", OLD."added_by_id", OLD."application_id", OLD."content_type", OLD."file_name", OLD."finding", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."removed_at", OLD."scan_state", OLD."scanned_at", OLD."sha256", OLD."shown_name", OLD."size_bytes"); RETURN NULL;', hash='6bcd67b6f6e240349a48aee8d4cbe92afcb8d387', operation='DELETE', pgid='pgtrigger_delete_delete_b5ac6', table='allocations_attachment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardchange',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_site_id") VALUES (NEW."allocation_id", NEW."amber_on", NEW."application_id", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision_reason", NEW."due_on", NEW."ends_on", NEW."entry_id", NEW."gpu_hours", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."red_on", NEW."seconded_at", NEW."seconded_by_id", NEW."state", NEW."to_site_id"); RETURN NULL;', hash='d0b29984b57a5df2c62475aa403fd26e367b54b9', operation='INSERT', pgid='pgtrigger_insert_insert_a4c19', table='allocations_awardchange', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardchange',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_site_id") VALUES (NEW."allocation_id", NEW."amber_on", NEW."application_id", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision_reason", NEW."due_on", NEW."ends_on", NEW."entry_id", NEW."gpu_hours", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."red_on", NEW."seconded_at", NEW."seconded_by_id", NEW."state", NEW."to_site_id"); RETURN NULL;', hash='004d2060f453171b7249a4978b5b44fe6551137b', operation='UPDATE', pgid='pgtrigger_update_update_ccb37', table='allocations_awardchange', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardchange',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardchangeevent" ("allocation_id", "amber_on", "application_id", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision_reason", "due_on", "ends_on", "entry_id", "gpu_hours", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "red_on", "seconded_at", "seconded_by_id", "state", "to_site_id") VALUES (OLD."allocation_id", OLD."amber_on", OLD."application_id", OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."decision_reason", OLD."due_on", OLD."ends_on", OLD."entry_id", OLD."gpu_hours", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."red_on", OLD."seconded_at", OLD."seconded_by_id", OLD."state", OLD."to_site_id"); RETURN NULL;', hash='f244a6cddabba5a3763d00ff1e9805e127ab8684', operation='DELETE', pgid='pgtrigger_delete_delete_a192a', table='allocations_awardchange', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='clawback',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_clawbackevent" ("allocation_id", "answer", "answer_due_on", "answered_at", "answered_by_id", "ends_on", "entry_id", "expected_minutes", "granted_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_minutes", "reason", "settled_at", "settled_by_id", "state", "used_minutes") VALUES (NEW."allocation_id", NEW."answer", NEW."answer_due_on", NEW."answered_at", NEW."answered_by_id", NEW."ends_on", NEW."entry_id", NEW."expected_minutes", NEW."granted_minutes", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposed_at", NEW."proposed_minutes", NEW."reason", NEW."settled_at", NEW."settled_by_id", NEW."state", NEW."used_minutes"); RETURN NULL;', hash='cf205442b74895095b6b30cbd1cbc93bf080405e', operation='INSERT', pgid='pgtrigger_insert_insert_9fbd1', table='allocations_clawback', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='clawback',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_clawbackevent" ("allocation_id", "answer", "answer_due_on", "answered_at", "answered_by_id", "ends_on", "entry_id", "expected_minutes", "granted_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_minutes", "reason", "settled_at", "settled_by_id", "state", "used_minutes") VALUES (NEW."allocation_id", NEW."answer", NEW."answer_due_on", NEW."answered_at", NEW."answered_by_id", NEW."ends_on", NEW."entry_id", NEW."expected_minutes", NEW."granted_minutes", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_minutes", NEW."reason", NEW."settled_at", NEW."settled_by_id", NEW."state", NEW."used_minutes"); RETURN NULL;', hash='9fb89e053db1162f8ecc12a069428ce9a33c5fd4', operation='UPDATE', pgid='pgtrigger_update_update_ce00e', table='allocations_clawback', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='clawback',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_clawbackevent" ("allocation_id", "answer", "answer_due_on", "answered_at", "answered_by_id", "ends_on", "entry_id", "expected_minutes", "granted_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_minutes", "reason", "settled_at", "settled_by_id", "state", "used_minutes") VALUES (OLD."allocation_id", OLD."answer", OLD."answer_due_on", OLD."answered_at", OLD."answered_by_id", OLD."ends_on", OLD."entry_id", OLD."expected_minutes", OLD."granted_minutes", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposed_at", OLD."proposed_minutes", OLD."reason", OLD."settled_at", OLD."settled_by_id", OLD."state", OLD."used_minutes"); RETURN NULL;', hash='cedc2ff12209841b6ee9c2bd597f19a7fa9a0a12', operation='DELETE', pgid='pgtrigger_delete_delete_312f8', table='allocations_clawback', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='creditedrun',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_creditedrunevent" ("db_index", "ended_at", "entry_id", "gpu_seconds", "id", "job", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "submitted_at", "username") VALUES (NEW."db_index", NEW."ended_at", NEW."entry_id", NEW."gpu_seconds", NEW."id", NEW."job", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."submitted_at", NEW."username"); RETURN NULL;', hash='494dfaac2e3bd629432fc888adb71a6dc588cd70', operation='INSERT', pgid='pgtrigger_insert_insert_59c1f', table='allocations_creditedrun', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='creditedrun',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_creditedrunevent" ("db_index", "ended_at", "entry_id", "gpu_seconds", "id", "job", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "submitted_at", "username") VALUES (NEW."db_index", NEW."ended_at", NEW."entry_id", NEW."gpu_seconds", NEW."id", NEW."job", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."submitted_at", NEW."username"); RETURN NULL;', hash='f222ede4f9ca4ad23062d61e67f22a7cca8a8a6e', operation='UPDATE', pgid='pgtrigger_update_update_195da', table='allocations_creditedrun', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='creditedrun',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_creditedrunevent" ("db_index", "ended_at", "entry_id", "gpu_seconds", "id", "job", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "submitted_at", "username") VALUES (OLD."db_index", OLD."ended_at", OLD."entry_id", OLD."gpu_seconds", OLD."id", OLD."job", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."submitted_at", OLD."username"); RETURN NULL;', hash='cbc7a59aaee3ce6e83a11dedae871a518176e167', operation='DELETE', pgid='pgtrigger_delete_delete_fa636', table='allocations_creditedrun', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declarationtext',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a496fa2e78bfeded2eaeee57e908145a8d7b5644', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cec1f', table='allocations_declarationtext', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declarationtext',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_declarationtextevent" ("code", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "site_id", "text", "title", "translations", "valid_from") VALUES (NEW."code", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."site_id", NEW."text", NEW."title", NEW."translations", NEW."valid_from"); RETURN NULL;', hash='c23220fec15e13678648ab37208ca7279000dc8e', operation='INSERT', pgid='pgtrigger_insert_insert_bbacf', table='allocations_declarationtext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declarationtext',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_declarationtextevent" ("code", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "site_id", "text", "title", "translations", "valid_from") VALUES (NEW."code", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."site_id", NEW."text", NEW."title", NEW."translations", NEW."valid_from"); RETURN NULL;', hash='e2f0acc4a8b947123e8f15f5370d96ba72a616e5', operation='UPDATE', pgid='pgtrigger_update_update_65112', table='allocations_declarationtext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declarationtext',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_declarationtextevent" ("code", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "site_id", "text", "title", "translations", "valid_from") VALUES (OLD."code", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."site_id", OLD."text", OLD."title", OLD."translations", OLD."valid_from"); RETURN NULL;', hash='92eb1a0f269a3921ceb550d2550d7cdb97590156', operation='DELETE', pgid='pgtrigger_delete_delete_8a895', table='allocations_declarationtext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='signeddeclaration',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='19b2e2bb1c9d4b06ff094a7117a58862dcb6cd26', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bd952', table='allocations_signeddeclaration', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='signeddeclaration',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_signeddeclarationevent" ("application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_at", "signed_by_id", "text_id") VALUES (NEW."application_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."signed_at", NEW."signed_by_id", NEW."text_id"); RETURN NULL;', hash='654af7a7aebd360744d2084bc3db5c560d4433db', operation='INSERT', pgid='pgtrigger_insert_insert_4e78f', table='allocations_signeddeclaration', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='signeddeclaration',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_signeddeclarationevent" ("application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_at", "signed_by_id", "text_id") VALUES (NEW."application_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."signed_at", NEW."signed_by_id", NEW."text_id"); RETURN NULL;', hash='554a94026cdff1075c69bef659fbbbce57dc2d3e', operation='UPDATE', pgid='pgtrigger_update_update_36b7f', table='allocations_signeddeclaration', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='signeddeclaration',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_signeddeclarationevent" ("application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_at", "signed_by_id", "text_id") VALUES (OLD."application_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."signed_at", OLD."signed_by_id", OLD."text_id"); RETURN NULL;', hash='884dac996789bca7aefb58640682d18e61220cd9', operation='DELETE', pgid='pgtrigger_delete_delete_13bec', table='allocations_signeddeclaration', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='drift',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_driftevent" ("adopted_because", "adopted_by_id", "allocation_id", "change", "expected", "found", "id", "key", "kind", "last_right_at", "noticed_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "site_id", "state", "subject", "times") VALUES (NEW."adopted_because", NEW."adopted_by_id", NEW."allocation_id", NEW."change", NEW."expected", NEW."found", NEW."id", NEW."key", NEW."kind", NEW."last_right_at", NEW."noticed_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."settled_at", NEW."site_id", NEW."state", NEW."subject", NEW."times"); RETURN NULL;', hash='fbe44747ed63ef9c975fbeb36160be6091fa646a', operation='INSERT', pgid='pgtrigger_insert_insert_d4bcb', table='allocations_drift', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='drift',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_driftevent" ("adopted_because", "adopted_by_id", "allocation_id", "change", "expected", "found", "id", "key", "kind", "last_right_at", "noticed_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "site_id", "state", "subject", "times") VALUES (NEW."adopted_because", NEW."adopted_by_id", NEW."allocation_id", NEW."change", NEW."expected", NEW."found", NEW."id", NEW."key", NEW."kind", NEW."last_right_at", NEW."noticed_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."settled_at", NEW."site_id", NEW."state", NEW."subject", NEW."times"); RETURN NULL;', hash='9b6de4b6ba53f065342d7972d2c271a52d605e48', operation='UPDATE', pgid='pgtrigger_update_update_25041', table='allocations_drift', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='drift',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_driftevent" ("adopted_because", "adopted_by_id", "allocation_id", "change", "expected", "found", "id", "key", "kind", "last_right_at", "noticed_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "site_id", "state", "subject", "times") VALUES (OLD."adopted_because", OLD."adopted_by_id", OLD."allocation_id", OLD."change", OLD."expected", OLD."found", OLD."id", OLD."key", OLD."kind", OLD."last_right_at", OLD."noticed_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."settled_at", OLD."site_id", OLD."state", OLD."subject", OLD."times"); RETURN NULL;', hash='34b36c6a47bcd5b1631aa6b51ef91de989ec4874', operation='DELETE', pgid='pgtrigger_delete_delete_4c936', table='allocations_drift', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='energyfactor',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_energyfactorevent" ("grams_co2e_per_kwh", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "source", "valid_from") VALUES (NEW."grams_co2e_per_kwh", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."source", NEW."valid_from"); RETURN NULL;', hash='4e999f871713dd39bc3418cb59cf13169e1e42cd', operation='INSERT', pgid='pgtrigger_insert_insert_a662f', table='allocations_energyfactor', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='energyfactor',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_energyfactorevent" ("grams_co2e_per_kwh", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "source", "valid_from") VALUES (NEW."grams_co2e_per_kwh", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."source", NEW."valid_from"); RETURN NULL;', hash='96ae2f1d85dda55771b2b5a62654a19f68875fb6', operation='UPDATE', pgid='pgtrigger_update_update_3bc5e', table='allocations_energyfactor', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='energyfactor',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_energyfactorevent" ("grams_co2e_per_kwh", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "source", "valid_from") VALUES (OLD."grams_co2e_per_kwh", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."source", OLD."valid_from"); RETURN NULL;', hash='d1b0db76da623c606213abac69f42a795a2296d1', operation='DELETE', pgid='pgtrigger_delete_delete_767f9', table='allocations_energyfactor', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='finalreport',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_finalreportevent" ("accepted_at", "accepted_by_id", "asked_at", "due_on", "handed_in_at", "handed_in_by_id", "id", "lifted_at", "lifted_because", "lifted_by_id", "may_be_published", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "question", "reminded_days", "results", "state", "use_of_hours", "version") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."asked_at", NEW."due_on", NEW."handed_in_at", NEW."handed_in_by_id", NEW."id", NEW."lifted_at", NEW."lifted_because", NEW."lifted_by_id", NEW."may_be_published", NEW."meaning", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."question", NEW."reminded_days", NEW."results", NEW."state", NEW."use_of_hours", NEW."version"); RETURN NULL;', hash='7caf2828b89909bfed7be1ae6a10cd05bcef2d2e', operation='INSERT', pgid='pgtrigger_insert_insert_6a704', table='allocations_finalreport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='finalreport',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_finalreportevent" ("accepted_at", "accepted_by_id", "asked_at", "due_on", "handed_in_at", "handed_in_by_id", "id", "lifted_at", "lifted_because", "lifted_by_id", "may_be_published", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "question", "reminded_days", "results", "state", "use_of_hours", "version") VALUES (NEW."accepted_at", NEW."accepted_by_id", NEW."asked_at", NEW."due_on", NEW."handed_in_at", NEW."handed_in_by_id", NEW."id", NEW."lifted_at", NEW."lifted_because", NEW."lifted_by_id", NEW."may_be_published", NEW."meaning", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."question", NEW."reminded_days", NEW."results", NEW."state", NEW."use_of_hours", NEW."version"); RETURN NULL;', hash='a93ffa671b2abab9e80e8b91238204f1244123d6', operation='UPDATE', pgid='pgtrigger_update_update_6db52', table='allocations_finalreport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='finalreport',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_finalreportevent" ("accepted_at", "accepted_by_id", "asked_at", "due_on", "handed_in_at", "handed_in_by_id", "id", "lifted_at", "lifted_because", "lifted_by_id", "may_be_published", "meaning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "question", "reminded_days", "results", "state", "use_of_hours", "version") VALUES (OLD."accepted_at", OLD."accepted_by_id", OLD."asked_at", OLD."due_on", OLD."handed_in_at", OLD."handed_in_by_id", OLD."id", OLD."lifted_at", OLD."lifted_because", OLD."lifted_by_id", OLD."may_be_published", OLD."meaning", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."project_id", OLD."question", OLD."reminded_days", OLD."results", OLD."state", OLD."use_of_hours", OLD."version"); RETURN NULL;', hash='95fde41f81660a2549e73cd40103455ae3abdbd6', operation='DELETE', pgid='pgtrigger_delete_delete_c706c', table='allocations_finalreport', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reportoutput',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reportoutputevent" ("id", "kind", "link", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "title") VALUES (NEW."id", NEW."kind", NEW."link", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."report_id", NEW."title"); RETURN NULL;', hash='0f812284e4220517a7b929909b493609bcd6e5b4', operation='INSERT', pgid='pgtrigger_insert_insert_37c6f', table='allocations_reportoutput', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reportoutput',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reportoutputevent" ("id", "kind", "link", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "title") VALUES (NEW."id", NEW."kind", NEW."link", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."report_id", NEW."title"); RETURN NULL;', hash='5a73714e9dc4bb18e4a069f61dd435b648e9e5bc', operation='UPDATE', pgid='pgtrigger_update_update_66afd', table='allocations_reportoutput', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reportoutput',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reportoutputevent" ("id", "kind", "link", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report_id", "title") VALUES (OLD."id", OLD."kind", OLD."link", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."report_id", OLD."title"); RETURN NULL;', hash='c7a61c923381cf8af9084c38b3d7562957559144', operation='DELETE', pgid='pgtrigger_delete_delete_f9f76', table='allocations_reportoutput', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='gpunotice',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_gpunoticeevent" ("db_index", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient_id", "said", "sent_at", "sent_by_id", "site_id", "submitted_at") VALUES (NEW."db_index", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recipient_id", NEW."said", NEW."sent_at", NEW."sent_by_id", NEW."site_id", NEW."submitted_at"); RETURN NULL;', hash='e473ea1ef89c710e1905e8402dbe7f0eb55d878b', operation='INSERT', pgid='pgtrigger_insert_insert_23613', table='allocations_gpunotice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='gpunotice',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_gpunoticeevent" ("db_index", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient_id", "said", "sent_at", "sent_by_id", "site_id", "submitted_at") VALUES (NEW."db_index", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recipient_id", NEW."said", NEW."sent_at", NEW."sent_by_id", NEW."site_id", NEW."submitted_at"); RETURN NULL;', hash='b656d7b004a9316bd1355cfc64c3b7c5c0da1536', operation='UPDATE', pgid='pgtrigger_update_update_e5e73', table='allocations_gpunotice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='gpunotice',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_gpunoticeevent" ("db_index", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient_id", "said", "sent_at", "sent_by_id", "site_id", "submitted_at") VALUES (OLD."db_index", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recipient_id", OLD."said", OLD."sent_at", OLD."sent_by_id", OLD."site_id", OLD."submitted_at"); RETURN NULL;', hash='7e2fca7e309d3f068baaf0ff46de0360cecf0440', operation='DELETE', pgid='pgtrigger_delete_delete_0e8db', table='allocations_gpunotice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='jobcancel',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_jobcancelevent" ("allocation_id", "confirmed_at", "confirmed_by_id", "ended_at", "id", "job_ids", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "user_id", "username") VALUES (NEW."allocation_id", NEW."confirmed_at", NEW."confirmed_by_id", NEW."ended_at", NEW."id", NEW."job_ids", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."user_id", NEW."username"); RETURN NULL;', hash='68bb864ea7433d53acad45b445e43c02d24c3784', operation='INSERT', pgid='pgtrigger_insert_insert_ddae3', table='allocations_jobcancel', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='jobcancel',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_jobcancelevent" ("allocation_id", "confirmed_at", "confirmed_by_id", "ended_at", "id", "job_ids", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "user_id", "username") VALUES (NEW."allocation_id", NEW."confirmed_at", NEW."confirmed_by_id", NEW."ended_at", NEW."id", NEW."job_ids", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."user_id", NEW."username"); RETURN NULL;', hash='c7b1da36c2262ec2073d60266bf783b1c492d4ae', operation='UPDATE', pgid='pgtrigger_update_update_f635f', table='allocations_jobcancel', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='jobcancel',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_jobcancelevent" ("allocation_id", "confirmed_at", "confirmed_by_id", "ended_at", "id", "job_ids", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "user_id", "username") VALUES (OLD."allocation_id", OLD."confirmed_at", OLD."confirmed_by_id", OLD."ended_at", OLD."id", OLD."job_ids", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."user_id", OLD."username"); RETURN NULL;', hash='f3a5a9146a38102b312ae8aac895360c38ba16c7', operation='DELETE', pgid='pgtrigger_delete_delete_3eebd', table='allocations_jobcancel', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decisionletter',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='53abe7ca12315984ee088a86ae704655bfd30d88', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0091a', table='allocations_decisionletter', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decisionletter',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_decisionletterevent" ("decision_id", "id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (NEW."decision_id", NEW."id", NEW."made_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sha256"); RETURN NULL;', hash='73f562efa2e0cc096fb53ed438b1f592d8a30a57', operation='INSERT', pgid='pgtrigger_insert_insert_d7338', table='allocations_decisionletter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decisionletter',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."decision_id" IS DISTINCT FROM (NEW."decision_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256"))', func='INSERT INTO "allocations_decisionletterevent" ("decision_id", "id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (NEW."decision_id", NEW."id", NEW."made_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sha256"); RETURN NULL;', hash='f20c2d7664197b6a3a4b0795e7fabf309e1ec3e3', operation='UPDATE', pgid='pgtrigger_update_update_aeea2', table='allocations_decisionletter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='decisionletter',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_decisionletterevent" ("decision_id", "id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (OLD."decision_id", OLD."id", OLD."made_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sha256"); RETURN NULL;', hash='4e9e1cbfde16d232189dfe3742ebffa56fc30f36', operation='DELETE', pgid='pgtrigger_delete_delete_97016', table='allocations_decisionletter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardoffer',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardofferevent" ("answer", "answer_by", "answered_at", "answered_by_id", "decision_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_at", "terms") VALUES (NEW."answer", NEW."answer_by", NEW."answered_at", NEW."answered_by_id", NEW."decision_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."reminded_at", NEW."terms"); RETURN NULL;', hash='4aaa7b44ba6ae6fb568b1b76691954ba899d0738', operation='INSERT', pgid='pgtrigger_insert_insert_f59bf', table='allocations_awardoffer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardoffer',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_awardofferevent" ("answer", "answer_by", "answered_at", "answered_by_id", "decision_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_at", "terms") VALUES (NEW."answer", NEW."answer_by", NEW."answered_at", NEW."answered_by_id", NEW."decision_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."reminded_at", NEW."terms"); RETURN NULL;', hash='3e328fbe70df4a2db2290e22e79b174841153470', operation='UPDATE', pgid='pgtrigger_update_update_26f4b', table='allocations_awardoffer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='awardoffer',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_awardofferevent" ("answer", "answer_by", "answered_at", "answered_by_id", "decision_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reminded_at", "terms") VALUES (OLD."answer", OLD."answer_by", OLD."answered_at", OLD."answered_by_id", OLD."decision_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."reminded_at", OLD."terms"); RETURN NULL;', hash='d49dc63b99b080e8fec7011f83a42f8fe9a6f86d', operation='DELETE', pgid='pgtrigger_delete_delete_443e7', table='allocations_awardoffer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='submissionsnapshot',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c8c7d7e3ed265cbb929c0653604cd844b2c90ab4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_22b11', table='allocations_submissionsnapshot', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='submissionsnapshot',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_submissionsnapshotevent" ("application_id", "content", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema_version", "taken_at", "taken_by_id") VALUES (NEW."application_id", NEW."content", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."schema_version", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='367ff4de4c0764297dcafe79c12ef6fede3eb4d1', operation='INSERT', pgid='pgtrigger_insert_insert_a4915', table='allocations_submissionsnapshot', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='submissionsnapshot',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_submissionsnapshotevent" ("application_id", "content", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema_version", "taken_at", "taken_by_id") VALUES (NEW."application_id", NEW."content", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."schema_version", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='89a0fc8d5494dfe4818e7bc02dfccef039c2fdc9', operation='UPDATE', pgid='pgtrigger_update_update_45434', table='allocations_submissionsnapshot', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='submissionsnapshot',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_submissionsnapshotevent" ("application_id", "content", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema_version", "taken_at", "taken_by_id") VALUES (OLD."application_id", OLD."content", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."schema_version", OLD."taken_at", OLD."taken_by_id"); RETURN NULL;', hash='c9aef8bb6d820584b6dc13cd44068db90c5ee811', operation='DELETE', pgid='pgtrigger_delete_delete_e90f1', table='allocations_submissionsnapshot', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='paper',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b5ff3421a67d00425c237701e8236e57d264286e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_85f99', table='allocations_paper', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='paper',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_paperevent" ("id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "snapshot_id") VALUES (NEW."id", NEW."made_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sha256", NEW."snapshot_id"); RETURN NULL;', hash='bf88babf839ad472e3d368c005e83536b61ffb86', operation='INSERT', pgid='pgtrigger_insert_insert_5d2ce', table='allocations_paper', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='paper',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."snapshot_id" IS DISTINCT FROM (NEW."snapshot_id"))', func='INSERT INTO "allocations_paperevent" ("id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "snapshot_id") VALUES (NEW."id", NEW."made_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sha256", NEW."snapshot_id"); RETURN NULL;', hash='77894654911d351ad52004b01bad66a73927bc59', operation='UPDATE', pgid='pgtrigger_update_update_2629d', table='allocations_paper', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='paper',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_paperevent" ("id", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "snapshot_id") VALUES (OLD."id", OLD."made_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sha256", OLD."snapshot_id"); RETURN NULL;', hash='11ee95b0d20e4649eb905e37b2c0f7055e86a846', operation='DELETE', pgid='pgtrigger_delete_delete_17f50', table='allocations_paper', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dedicatedpartition',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_dedicatedpartitionevent" ("allocation_id", "ends_on", "id", "max_hours", "max_nodes", "memory_mb_per_cpu", "nodes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reason") VALUES (NEW."allocation_id", NEW."ends_on", NEW."id", NEW."max_hours", NEW."max_nodes", NEW."memory_mb_per_cpu", NEW."nodes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority", NEW."reason"); RETURN NULL;', hash='68d1f3f1ef104a83fe78e9069222187df8825321', operation='INSERT', pgid='pgtrigger_insert_insert_c487b', table='allocations_dedicatedpartition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dedicatedpartition',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_dedicatedpartitionevent" ("allocation_id", "ends_on", "id", "max_hours", "max_nodes", "memory_mb_per_cpu", "nodes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reason") VALUES (NEW."allocation_id", NEW."ends_on", NEW."id", NEW."max_hours", NEW."max_nodes", NEW."memory_mb_per_cpu", NEW."nodes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority", NEW."reason"); RETURN NULL;', hash='e4cf276ea9e30dcbe638d74a29ee14308964e0b3', operation='UPDATE', pgid='pgtrigger_update_update_224e7', table='allocations_dedicatedpartition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dedicatedpartition',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_dedicatedpartitionevent" ("allocation_id", "ends_on", "id", "max_hours", "max_nodes", "memory_mb_per_cpu", "nodes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reason") VALUES (OLD."allocation_id", OLD."ends_on", OLD."id", OLD."max_hours", OLD."max_nodes", OLD."memory_mb_per_cpu", OLD."nodes", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."reason"); RETURN NULL;', hash='bc7dbf5ddb70632c1262f0c048754372a131f91d', operation='DELETE', pgid='pgtrigger_delete_delete_387a0', table='allocations_dedicatedpartition', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='allocationpartition',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_allocationpartitionevent" ("allocation_id", "id", "partition_id", "pgh_context_id", "pgh_created_at", "pgh_label") VALUES (NEW."allocation_id", NEW."id", NEW."partition_id", _pgh_attach_context(), NOW(), \'insert\'); RETURN NULL;', hash='884b6b999f825f678849aee2b0f2a76902ae8323', operation='INSERT', pgid='pgtrigger_insert_insert_30c8b', table='allocations_allocation_partitions', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='allocationpartition',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_allocationpartitionevent" ("allocation_id", "id", "partition_id", "pgh_context_id", "pgh_created_at", "pgh_label") VALUES (OLD."allocation_id", OLD."id", OLD."partition_id", _pgh_attach_context(), NOW(), \'delete\'); RETURN NULL;', hash='22eca8d2ed20460e005bba3b2649c831d192746c', operation='DELETE', pgid='pgtrigger_delete_delete_682d0', table='allocations_allocation_partitions', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='siteplan',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_siteplanevent" ("begun_at", "decided_at", "decided_by_id", "ended_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "proposed_at", "site_id", "state") VALUES (NEW."begun_at", NEW."decided_at", NEW."decided_by_id", NEW."ended_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."proposed_at", NEW."site_id", NEW."state"); RETURN NULL;', hash='a20f989f1962fbf5ffdf59c5c647c41f9ff496b7', operation='INSERT', pgid='pgtrigger_insert_insert_247da', table='allocations_siteplan', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='siteplan',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."begun_at" IS DISTINCT FROM (NEW."begun_at") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "allocations_siteplanevent" ("begun_at", "decided_at", "decided_by_id", "ended_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "proposed_at", "site_id", "state") VALUES (NEW."begun_at", NEW."decided_at", NEW."decided_by_id", NEW."ended_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."proposed_at", NEW."site_id", NEW."state"); RETURN NULL;', hash='776ab5f97eea807c76f9f38e2d8ea2d5e71ee7bb', operation='UPDATE', pgid='pgtrigger_update_update_3511c', table='allocations_siteplan', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='siteplan',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_siteplanevent" ("begun_at", "decided_at", "decided_by_id", "ended_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "proposed_at", "site_id", "state") VALUES (OLD."begun_at", OLD."decided_at", OLD."decided_by_id", OLD."ended_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."proposed_at", OLD."site_id", OLD."state"); RETURN NULL;', hash='a63851e671721308e1d6ed61f714b20d03367e03', operation='DELETE', pgid='pgtrigger_delete_delete_fd524', table='allocations_siteplan', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pool',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_poolevent" ("ends_on", "funder", "gpu_hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "starts_on") VALUES (NEW."ends_on", NEW."funder", NEW."gpu_hours", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."starts_on"); RETURN NULL;', hash='72f1f3be11d2504248298a189fde6163e55ea5e8', operation='INSERT', pgid='pgtrigger_insert_insert_3e35d', table='allocations_pool', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pool',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_poolevent" ("ends_on", "funder", "gpu_hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "starts_on") VALUES (NEW."ends_on", NEW."funder", NEW."gpu_hours", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."starts_on"); RETURN NULL;', hash='9d3777593de978a4e32ea6e2605767c416cc3fff', operation='UPDATE', pgid='pgtrigger_update_update_e4086', table='allocations_pool', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pool',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_poolevent" ("ends_on", "funder", "gpu_hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "starts_on") VALUES (OLD."ends_on", OLD."funder", OLD."gpu_hours", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."starts_on"); RETURN NULL;', hash='a0d54c55355432b1cce35739107e00601cf36534', operation='DELETE', pgid='pgtrigger_delete_delete_0fdad', table='allocations_pool', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooltrack',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_pooltrackevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pool_id", "track_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."pool_id", NEW."track_id"); RETURN NULL;', hash='18fc94b0aa0b2ee16378acb8425a3ce429d4828a', operation='INSERT', pgid='pgtrigger_insert_insert_dbee6', table='allocations_pool_tracks', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooltrack',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_pooltrackevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pool_id", "track_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."pool_id", OLD."track_id"); RETURN NULL;', hash='9a1904477318029fe16f92842f1f0691a6160d56', operation='DELETE', pgid='pgtrigger_delete_delete_e30bf', table='allocations_pool_tracks', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='quota',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9bab314286493d8a34f4cc0f456b7d6b8ecb9ce7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bbbda', table='allocations_quota', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='quota',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_quotaevent" ("code", "id", "name", "organisation_kinds", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_codes", "valid_from") VALUES (NEW."code", NEW."id", NEW."name", NEW."organisation_kinds", NEW."percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."track_codes", NEW."valid_from"); RETURN NULL;', hash='a94629e3af8678b116e6edd0620ef4e60249efac', operation='INSERT', pgid='pgtrigger_insert_insert_ebc04', table='allocations_quota', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='quota',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_quotaevent" ("code", "id", "name", "organisation_kinds", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_codes", "valid_from") VALUES (NEW."code", NEW."id", NEW."name", NEW."organisation_kinds", NEW."percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."track_codes", NEW."valid_from"); RETURN NULL;', hash='977974f26a04e956af3e0a5cbcc0d3d9d39622e9', operation='UPDATE', pgid='pgtrigger_update_update_9d0a5', table='allocations_quota', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='quota',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_quotaevent" ("code", "id", "name", "organisation_kinds", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_codes", "valid_from") VALUES (OLD."code", OLD."id", OLD."name", OLD."organisation_kinds", OLD."percent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."track_codes", OLD."valid_from"); RETURN NULL;', hash='c435b10154e5b091c619b21bbd07e5c22b6477ef', operation='DELETE', pgid='pgtrigger_delete_delete_8677b', table='allocations_quota', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooldraw',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac42eb0f414a1bf6fd19e3a2d0746113a305d6f4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_84a25', table='allocations_pooldraw', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooldraw',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_pooldrawevent" ("entry_id", "gpu_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pool_id") VALUES (NEW."entry_id", NEW."gpu_minutes", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pool_id"); RETURN NULL;', hash='f81c59d7824a28b77e5279ce8241309fc0ac5f61', operation='INSERT', pgid='pgtrigger_insert_insert_5f8e7', table='allocations_pooldraw', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooldraw',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_pooldrawevent" ("entry_id", "gpu_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pool_id") VALUES (NEW."entry_id", NEW."gpu_minutes", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pool_id"); RETURN NULL;', hash='bd235fea422a02e16e61efa20e3b54f2e61ba711', operation='UPDATE', pgid='pgtrigger_update_update_3bf1c', table='allocations_pooldraw', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pooldraw',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_pooldrawevent" ("entry_id", "gpu_minutes", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pool_id") VALUES (OLD."entry_id", OLD."gpu_minutes", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pool_id"); RETURN NULL;', hash='5d976e6ae31da3975bb7044af875e304a584e1ac', operation='DELETE', pgid='pgtrigger_delete_delete_890cb', table='allocations_pooldraw', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unitprice',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a39649175cf4b072a8634dc740d9df99ab72ba8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a8f2b', table='allocations_unitprice', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unitprice',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_unitpriceevent" ("cents_per_gpu_hour", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "valid_from") VALUES (NEW."cents_per_gpu_hour", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."site_id", NEW."valid_from"); RETURN NULL;', hash='b55765d0f4e729a9f70487f6838d935196ee9028', operation='INSERT', pgid='pgtrigger_insert_insert_2c27e', table='allocations_unitprice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unitprice',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_unitpriceevent" ("cents_per_gpu_hour", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "valid_from") VALUES (NEW."cents_per_gpu_hour", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."site_id", NEW."valid_from"); RETURN NULL;', hash='3eb94ac1b98dddc8139db9d2d68ee77895273efe', operation='UPDATE', pgid='pgtrigger_update_update_7a250', table='allocations_unitprice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unitprice',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_unitpriceevent" ("cents_per_gpu_hour", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "valid_from") VALUES (OLD."cents_per_gpu_hour", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."valid_from"); RETURN NULL;', hash='d7a500f19ac149a9658038abe05a136cf7c3fe87', operation='DELETE', pgid='pgtrigger_delete_delete_4d90a', table='allocations_unitprice', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='aidgrant',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f6f67dff05db280a8010ea8f3180a174e1731e4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b13bf', table='allocations_aidgrant', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='aidgrant',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_aidgrantevent" ("cents", "cents_per_gpu_hour", "entry_id", "gpu_minutes", "granted_on", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cents", NEW."cents_per_gpu_hour", NEW."entry_id", NEW."gpu_minutes", NEW."granted_on", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='7c2dbd1b0422c179ca6193594f68da4598b6f61c', operation='INSERT', pgid='pgtrigger_insert_insert_a1633', table='allocations_aidgrant', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='aidgrant',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_aidgrantevent" ("cents", "cents_per_gpu_hour", "entry_id", "gpu_minutes", "granted_on", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cents", NEW."cents_per_gpu_hour", NEW."entry_id", NEW."gpu_minutes", NEW."granted_on", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='a776de8bd68f18ea1e266747699f51246f76850c', operation='UPDATE', pgid='pgtrigger_update_update_f476e', table='allocations_aidgrant', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='aidgrant',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_aidgrantevent" ("cents", "cents_per_gpu_hour", "entry_id", "gpu_minutes", "granted_on", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."cents", OLD."cents_per_gpu_hour", OLD."entry_id", OLD."gpu_minutes", OLD."granted_on", OLD."id", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='adf937f1297f1125e129a2deaa87293222d7476b', operation='DELETE', pgid='pgtrigger_delete_delete_c4bb5', table='allocations_aidgrant', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='proposedaward',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_proposedawardevent" ("application_id", "application_version", "closed_at", "closed_because", "confirmed_at", "confirmed_by_id", "ending", "id", "is_for_wait_list", "needs_second_person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "reason", "terms") VALUES (NEW."application_id", NEW."application_version", NEW."closed_at", NEW."closed_because", NEW."confirmed_at", NEW."confirmed_by_id", NEW."ending", NEW."id", NEW."is_for_wait_list", NEW."needs_second_person", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."reason", NEW."terms"); RETURN NULL;', hash='3ec7aa0f4b63e91898cbed622bfbda7b84984a4e', operation='INSERT', pgid='pgtrigger_insert_insert_6069a', table='allocations_proposedaward', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='proposedaward',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_proposedawardevent" ("application_id", "application_version", "closed_at", "closed_because", "confirmed_at", "confirmed_by_id", "ending", "id", "is_for_wait_list", "needs_second_person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "reason", "terms") VALUES (NEW."application_id", NEW."application_version", NEW."closed_at", NEW."closed_because", NEW."confirmed_at", NEW."confirmed_by_id", NEW."ending", NEW."id", NEW."is_for_wait_list", NEW."needs_second_person", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_by_id", NEW."reason", NEW."terms"); RETURN NULL;', hash='6649c3f4737da269af94ba811175c3fc180fcd4b', operation='UPDATE', pgid='pgtrigger_update_update_b7875', table='allocations_proposedaward', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='proposedaward',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_proposedawardevent" ("application_id", "application_version", "closed_at", "closed_because", "confirmed_at", "confirmed_by_id", "ending", "id", "is_for_wait_list", "needs_second_person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "reason", "terms") VALUES (OLD."application_id", OLD."application_version", OLD."closed_at", OLD."closed_because", OLD."confirmed_at", OLD."confirmed_by_id", OLD."ending", OLD."id", OLD."is_for_wait_list", OLD."needs_second_person", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposed_at", OLD."proposed_by_id", OLD."reason", OLD."terms"); RETURN NULL;', hash='cf45c628accc25a8114e54ba6c640ecd26a05158', operation='DELETE', pgid='pgtrigger_delete_delete_3d842', table='allocations_proposedaward', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='review',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewevent" ("application_id", "assigned_at", "assigned_by_id", "comment", "edits", "ended_at", "ended_because", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number", "reviewer_id", "submitted_at") VALUES (NEW."application_id", NEW."assigned_at", NEW."assigned_by_id", NEW."comment", NEW."edits", NEW."ended_at", NEW."ended_because", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_number", NEW."reviewer_id", NEW."submitted_at"); RETURN NULL;', hash='73549d7ca780ba77d0b0b243b27a6e02e702b483', operation='INSERT', pgid='pgtrigger_insert_insert_9e342', table='allocations_review', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='review',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reviewevent" ("application_id", "assigned_at", "assigned_by_id", "comment", "edits", "ended_at", "ended_because", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number", "reviewer_id", "submitted_at") VALUES (NEW."application_id", NEW."assigned_at", NEW."assigned_by_id", NEW."comment", NEW."edits", NEW."ended_at", NEW."ended_because", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_number", NEW."reviewer_id", NEW."submitted_at"); RETURN NULL;', hash='30493d3106f070dfd642196685e7278bc8c99b2a', operation='UPDATE', pgid='pgtrigger_update_update_37eb4', table='allocations_review', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='review',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewevent" ("application_id", "assigned_at", "assigned_by_id", "comment", "edits", "ended_at", "ended_because", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_number", "reviewer_id", "submitted_at") VALUES (OLD."application_id", OLD."assigned_at", OLD."assigned_by_id", OLD."comment", OLD."edits", OLD."ended_at", OLD."ended_because", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_number", OLD."reviewer_id", OLD."submitted_at"); RETURN NULL;', hash='5576f0c3abbee7a9d66ba9877a318cf40de38442', operation='DELETE', pgid='pgtrigger_delete_delete_32948', table='allocations_review', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewscore',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewscoreevent" ("criterion", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_id", "score", "text") VALUES (NEW."criterion", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."review_id", NEW."score", NEW."text"); RETURN NULL;', hash='8d088ac08d56841f2e50b7307a91d2a84a5e611a', operation='INSERT', pgid='pgtrigger_insert_insert_305ed', table='allocations_reviewscore', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewscore',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reviewscoreevent" ("criterion", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_id", "score", "text") VALUES (NEW."criterion", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."review_id", NEW."score", NEW."text"); RETURN NULL;', hash='87c3356373e997d90c945124308536c9c478116b', operation='UPDATE', pgid='pgtrigger_update_update_16b9f', table='allocations_reviewscore', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewscore',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewscoreevent" ("criterion", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_id", "score", "text") VALUES (OLD."criterion", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."review_id", OLD."score", OLD."text"); RETURN NULL;', hash='b8aeb3290014d1c8690fd041d41911f674be80a2', operation='DELETE', pgid='pgtrigger_delete_delete_fff17', table='allocations_reviewscore', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredconflict',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_declaredconflictevent" ("application_id", "declared_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reviewer_id") VALUES (NEW."application_id", NEW."declared_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."reviewer_id"); RETURN NULL;', hash='08e5c42de0eacfc5c4e2a30b276747d2e0505928', operation='INSERT', pgid='pgtrigger_insert_insert_3654e', table='allocations_declaredconflict', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredconflict',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_declaredconflictevent" ("application_id", "declared_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reviewer_id") VALUES (NEW."application_id", NEW."declared_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."reviewer_id"); RETURN NULL;', hash='c361eafbc3ef6e673c5b019d36800f3837002eb1', operation='UPDATE', pgid='pgtrigger_update_update_a1c22', table='allocations_declaredconflict', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredconflict',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_declaredconflictevent" ("application_id", "declared_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reviewer_id") VALUES (OLD."application_id", OLD."declared_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."reviewer_id"); RETURN NULL;', hash='29af8409d0da05bc47bce22c86b69071dec6f7be', operation='DELETE', pgid='pgtrigger_delete_delete_07bbe', table='allocations_declaredconflict', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewerprofile',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewerprofileevent" ("away_until", "expertise", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."away_until", NEW."expertise", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='7776b91e10994b5e47b2f8214e4b6c664bbcbad8', operation='INSERT', pgid='pgtrigger_insert_insert_20331', table='allocations_reviewerprofile', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewerprofile',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reviewerprofileevent" ("away_until", "expertise", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."away_until", NEW."expertise", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='374f50cbef3066aab67759372baf4182765a475c', operation='UPDATE', pgid='pgtrigger_update_update_ee627', table='allocations_reviewerprofile', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewerprofile',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewerprofileevent" ("away_until", "expertise", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."away_until", OLD."expertise", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='0b90d16416f8474b1016307e7c070e39d4183867', operation='DELETE', pgid='pgtrigger_delete_delete_0090c', table='allocations_reviewerprofile', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewcomment',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewcommentevent" ("application_id", "author_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "written_at") VALUES (NEW."application_id", NEW."author_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."text", NEW."written_at"); RETURN NULL;', hash='da2f2728777aa2b82f9e0d394f600250fc67d062', operation='INSERT', pgid='pgtrigger_insert_insert_e23b0', table='allocations_reviewcomment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewcomment',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_reviewcommentevent" ("application_id", "author_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "written_at") VALUES (NEW."application_id", NEW."author_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."text", NEW."written_at"); RETURN NULL;', hash='e08df1994281e011dc2b64d322e467095b6355be', operation='UPDATE', pgid='pgtrigger_update_update_c6fb8', table='allocations_reviewcomment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reviewcomment',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_reviewcommentevent" ("application_id", "author_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "written_at") VALUES (OLD."application_id", OLD."author_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text", OLD."written_at"); RETURN NULL;', hash='2e6c19caceda096fd8e3fedbc406b6f2d0437688', operation='DELETE', pgid='pgtrigger_delete_delete_0fae4', table='allocations_reviewcomment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sectionanswers',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_sectionanswersevent" ("answers", "application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "saved_at", "saved_by_id", "section", "version") VALUES (NEW."answers", NEW."application_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."saved_at", NEW."saved_by_id", NEW."section", NEW."version"); RETURN NULL;', hash='6a621138f085ba2a8b0445bb024886e6033cba98', operation='INSERT', pgid='pgtrigger_insert_insert_ae2de', table='allocations_sectionanswers', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sectionanswers',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_sectionanswersevent" ("answers", "application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "saved_at", "saved_by_id", "section", "version") VALUES (NEW."answers", NEW."application_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."saved_at", NEW."saved_by_id", NEW."section", NEW."version"); RETURN NULL;', hash='4f06c057be67a3ac8528fc5a8c91fcc7ba488614', operation='UPDATE', pgid='pgtrigger_update_update_37d61', table='allocations_sectionanswers', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sectionanswers',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_sectionanswersevent" ("answers", "application_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "saved_at", "saved_by_id", "section", "version") VALUES (OLD."answers", OLD."application_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."saved_at", OLD."saved_by_id", OLD."section", OLD."version"); RETURN NULL;', hash='6a86ce6eddb7691cfb03d44bb2812a25f8a48a8e', operation='DELETE', pgid='pgtrigger_delete_delete_146ff', table='allocations_sectionanswers', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='usagedifference',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_usagedifferenceevent" ("allocation_id", "day", "detail", "found_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_cpu_seconds", "portal_gpu_seconds", "reason", "records_cpu_seconds", "records_gpu_seconds", "resolved_at", "seen_at", "slurm_cpu_seconds", "slurm_gpu_seconds", "username") VALUES (NEW."allocation_id", NEW."day", NEW."detail", NEW."found_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."portal_cpu_seconds", NEW."portal_gpu_seconds", NEW."reason", NEW."records_cpu_seconds", NEW."records_gpu_seconds", NEW."resolved_at", NEW."seen_at", NEW."slurm_cpu_seconds", NEW."slurm_gpu_seconds", NEW."username"); RETURN NULL;', hash='7ebcf38c0951f403a25af6383ad9fac9d85e8ccf', operation='INSERT', pgid='pgtrigger_insert_insert_d92ab', table='allocations_usagedifference', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='usagedifference',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "allocations_usagedifferenceevent" ("allocation_id", "day", "detail", "found_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_cpu_seconds", "portal_gpu_seconds", "reason", "records_cpu_seconds", "records_gpu_seconds", "resolved_at", "seen_at", "slurm_cpu_seconds", "slurm_gpu_seconds", "username") VALUES (NEW."allocation_id", NEW."day", NEW."detail", NEW."found_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."portal_cpu_seconds", NEW."portal_gpu_seconds", NEW."reason", NEW."records_cpu_seconds", NEW."records_gpu_seconds", NEW."resolved_at", NEW."seen_at", NEW."slurm_cpu_seconds", NEW."slurm_gpu_seconds", NEW."username"); RETURN NULL;', hash='cf04223ae8f70d0c9e329b373f79c984da6466e2', operation='UPDATE', pgid='pgtrigger_update_update_0d99c', table='allocations_usagedifference', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='usagedifference',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "allocations_usagedifferenceevent" ("allocation_id", "day", "detail", "found_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "portal_cpu_seconds", "portal_gpu_seconds", "reason", "records_cpu_seconds", "records_gpu_seconds", "resolved_at", "seen_at", "slurm_cpu_seconds", "slurm_gpu_seconds", "username") VALUES (OLD."allocation_id", OLD."day", OLD."detail", OLD."found_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."portal_cpu_seconds", OLD."portal_gpu_seconds", OLD."reason", OLD."records_cpu_seconds", OLD."records_gpu_seconds", OLD."resolved_at", OLD."seen_at", OLD."slurm_cpu_seconds", OLD."slurm_gpu_seconds", OLD."username"); RETURN NULL;', hash='34dd899dfc30139e8cc22dc22703c534611ac719', operation='DELETE', pgid='pgtrigger_delete_delete_1cbd7', table='allocations_usagedifference', when='AFTER')),
                ),
            ],
        ),
    ]
