"""Each change of those rows is written down beside them, and never changed or deleted there."""

import accounts.enterprise_numbers
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from accounts.at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0003_taken_over_identities'),
        ('accounts', '0010_language'),
    ]

    dependencies = [
        ('accounts', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                        ('first_name', models.CharField(max_length=80, verbose_name='first name')),
                        ('last_name', models.CharField(max_length=80, verbose_name='last name')),
                        ('role', models.CharField(choices=[('applicant', 'Applicant'), ('reviewer', 'Reviewer'), ('funder', 'Funder'), ('staff', 'Staff'), ('administrator', 'Administrator')], default='applicant', max_length=20, verbose_name='role')),
                        ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                        ('language', models.CharField(blank=True, choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands'), ('de', 'Deutsch')], max_length=2, verbose_name='language')),
                        ('mail_rhythm', models.CharField(choices=[('at_once', 'at once'), ('daily', 'every day at 7:00, in one mail'), ('weekly', 'every Monday at 7:00, in one mail')], default='at_once', max_length=10, verbose_name='mails that can wait')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e9498e73f6fbdf2642fb33fa14189f1ad2382c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45b21', table='accounts_userevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='UnixIdentityEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('username', models.CharField(max_length=31, verbose_name='user name on the clusters')),
                        ('uid', models.PositiveIntegerField(verbose_name='UNIX user number')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.unixidentity')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('taken_over', models.BooleanField(default=False)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d9e3fa2ee39b3e0ae91a7902b5d1627900b9b611', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_03018', table='accounts_unixidentityevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='UnixGroupEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=31, verbose_name='group on the clusters')),
                        ('gid', models.PositiveIntegerField(verbose_name='UNIX group number')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.unixgroup')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9924c96b7b2bd0256068acca4c8587cc94ac972b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3ad35', table='accounts_unixgroupevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='OrganisationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('enterprise_number', models.CharField(help_text='The ten-digit number of the Crossroads Bank for Enterprises (KBO/BCE); from another country of the EU the VAT number with its two letters.', max_length=20, validators=[accounts.enterprise_numbers.validate_enterprise_number], verbose_name='enterprise number')),
                        ('kind', models.CharField(choices=[('start_up', 'Start-up'), ('sme', 'Small or medium enterprise'), ('large', 'Large enterprise'), ('research', 'University or research centre'), ('public', 'Public administration'), ('other', 'Other')], max_length=20, verbose_name='kind')),
                        ('postcode', models.CharField(max_length=10, verbose_name='postcode of the seat')),
                        ('website', models.URLField(blank=True, verbose_name='website')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.organisation')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='founded on')),
                        ('legal_form', models.CharField(blank=True, max_length=80, verbose_name='legal form')),
                        ('nace', models.CharField(blank=True, max_length=10, verbose_name='NACE code')),
                        ('vat_checked_at', models.DateTimeField(null=True, verbose_name='checked by VIES')),
                        ('vat_state', models.CharField(choices=[('unchecked', 'not yet checked'), ('valid', 'known to VIES'), ('invalid', 'not known to VIES')], default='unchecked', max_length=10, verbose_name='check by VIES')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='845e2a6e8e1a6335e3e91a32605b9bf35b983db2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4e6f4', table='accounts_organisationevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='OrganisationMemberEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.organisationmember')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('keeps_figures', models.BooleanField(default=False, verbose_name='sees and enters its figures')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d9088524ad7302fe0aba21a68d47d6363b54b69b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f1570', table='accounts_organisationmemberevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SizeFiguresEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('year', models.PositiveSmallIntegerField(verbose_name='last closed year')),
                        ('people', models.PositiveIntegerField(verbose_name='people, in full-time years')),
                        ('turnover_euros', models.BigIntegerField(verbose_name='turnover in euros')),
                        ('balance_euros', models.BigIntegerField(verbose_name='balance sheet total in euros')),
                        ('public_percent', models.PositiveSmallIntegerField(verbose_name='percent in public hands')),
                        ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.sizefigures')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='72bde8a7b85b418c9e24d8721b4397af29aed329', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f59e4', table='accounts_sizefiguresevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalTokenEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('programme', "The programme's figures"), ('projects', 'Projects and their use')], max_length=20), size=None)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField(verbose_name='runs out')),
                        ('revoked_at', models.DateTimeField(null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.personaltoken')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='23fceb47bfb447ded6fde673609facb5afdd6477', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_df982', table='accounts_personaltokenevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SshKeyEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('label', models.CharField(max_length=80, verbose_name='name')),
                        ('kind', models.CharField(max_length=60, verbose_name='kind')),
                        ('blob', models.TextField()),
                        ('fingerprint', models.CharField(max_length=60, verbose_name='fingerprint')),
                        ('expires_on', models.DateField(null=True, verbose_name='last day')),
                        ('added_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='added')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.sshkey')),
                        ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a821167862cb1e4b0752a8b385f18daaa8fe3f11', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_83ec2', table='accounts_sshkeyevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='LinkedEnterpriseEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('enterprise_number', models.CharField(max_length=20, validators=[accounts.enterprise_numbers.validate_enterprise_number], verbose_name='enterprise number')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.linkedenterprise')),
                        ('balance_euros', models.BigIntegerField(null=True, verbose_name='balance sheet total in euros')),
                        ('people', models.PositiveIntegerField(null=True, verbose_name='people, in full-time years')),
                        ('percent', models.PositiveSmallIntegerField(null=True, verbose_name='percent of capital or votes')),
                        ('relation', models.CharField(choices=[('linked', 'Linked: one controls the other, or the same owner both'), ('partner', 'Partner: from 25 to 50 % of capital or votes')], default='linked', max_length=10, verbose_name='relation')),
                        ('turnover_euros', models.BigIntegerField(null=True, verbose_name='turnover in euros')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a9b2d505f3a1694f41c0efe1fb9b27b1272a5e07', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e923d', table='accounts_linkedenterpriseevent', when='BEFORE')),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DeclaredAidEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('grantor', models.CharField(max_length=200, verbose_name='granted by')),
                        ('granted_on', models.DateField(verbose_name='granted on')),
                        ('cents', models.BigIntegerField(verbose_name='amount in euro cents')),
                        ('declared_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.declaredaid')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [
                            pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f0e9523a49cbe72310245544376d4961567361ed', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_520b4', table='accounts_declaredaidevent', when='BEFORE')),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("email", "first_name", "id", "is_active", "joined_at", "language", "last_name", "mail_rhythm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."joined_at", NEW."language", NEW."last_name", NEW."mail_rhythm", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role"); RETURN NULL;', hash='bb82aac096ee5ec043f4c7f1922b88cb2f9391ae', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', table='accounts_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."mail_rhythm" IS DISTINCT FROM (NEW."mail_rhythm") OR OLD."role" IS DISTINCT FROM (NEW."role"))', func='INSERT INTO "accounts_userevent" ("email", "first_name", "id", "is_active", "joined_at", "language", "last_name", "mail_rhythm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."joined_at", NEW."language", NEW."last_name", NEW."mail_rhythm", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role"); RETURN NULL;', hash='da3e3fc605e8fc15f853f8156b5e71b2c86d396b', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("email", "first_name", "id", "is_active", "joined_at", "language", "last_name", "mail_rhythm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."joined_at", OLD."language", OLD."last_name", OLD."mail_rhythm", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role"); RETURN NULL;', hash='b8c20c4749237618e7053ffb125491ad914708d1', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', table='accounts_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixidentity',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unixidentityevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taken_over", "uid", "user_id", "username") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."taken_over", NEW."uid", NEW."user_id", NEW."username"); RETURN NULL;', hash='82659cc000f903deae8b6518800823a3882faf77', operation='INSERT', pgid='pgtrigger_insert_insert_f7f51', table='accounts_unixidentity', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixidentity',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_unixidentityevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taken_over", "uid", "user_id", "username") VALUES (NEW."created_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."taken_over", NEW."uid", NEW."user_id", NEW."username"); RETURN NULL;', hash='6c4c9269159f64d36f2489cc81fe94d1f171a34d', operation='UPDATE', pgid='pgtrigger_update_update_46cdf', table='accounts_unixidentity', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixidentity',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unixidentityevent" ("created_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taken_over", "uid", "user_id", "username") VALUES (OLD."created_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."taken_over", OLD."uid", OLD."user_id", OLD."username"); RETURN NULL;', hash='cf0bf5f5acd599cb6f26f96e2f14cd0969e29c39', operation='DELETE', pgid='pgtrigger_delete_delete_c356a', table='accounts_unixidentity', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixgroup',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unixgroupevent" ("created_at", "gid", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."gid", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='1e3e7dce0e7fcbb5196cc2d297e9b2b3c0fa99f3', operation='INSERT', pgid='pgtrigger_insert_insert_f26d5', table='accounts_unixgroup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixgroup',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_unixgroupevent" ("created_at", "gid", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."gid", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='653ab25d7cbf9885789c0dd7ae7f140aec7b9dd9', operation='UPDATE', pgid='pgtrigger_update_update_16f24', table='accounts_unixgroup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='unixgroup',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unixgroupevent" ("created_at", "gid", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."created_at", OLD."gid", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='e1561628d3b22dbbcc2157c8d30c352708dc984e', operation='DELETE', pgid='pgtrigger_delete_delete_873ec', table='accounts_unixgroup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisation',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organisationevent" ("enterprise_number", "founded_on", "id", "kind", "legal_form", "nace", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "vat_checked_at", "vat_state", "website") VALUES (NEW."enterprise_number", NEW."founded_on", NEW."id", NEW."kind", NEW."legal_form", NEW."nace", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postcode", NEW."vat_checked_at", NEW."vat_state", NEW."website"); RETURN NULL;', hash='9c04a5e72571255ecdc20740fc5035f9695613b2', operation='INSERT', pgid='pgtrigger_insert_insert_66a5c', table='accounts_organisation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisation',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_organisationevent" ("enterprise_number", "founded_on", "id", "kind", "legal_form", "nace", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "vat_checked_at", "vat_state", "website") VALUES (NEW."enterprise_number", NEW."founded_on", NEW."id", NEW."kind", NEW."legal_form", NEW."nace", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postcode", NEW."vat_checked_at", NEW."vat_state", NEW."website"); RETURN NULL;', hash='54ef1a6666350a0e7cbd42dfadb450b7948af2b2', operation='UPDATE', pgid='pgtrigger_update_update_9e5fc', table='accounts_organisation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisation',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organisationevent" ("enterprise_number", "founded_on", "id", "kind", "legal_form", "nace", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "vat_checked_at", "vat_state", "website") VALUES (OLD."enterprise_number", OLD."founded_on", OLD."id", OLD."kind", OLD."legal_form", OLD."nace", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postcode", OLD."vat_checked_at", OLD."vat_state", OLD."website"); RETURN NULL;', hash='61bae065dba58458992eed4e142f8a91aad46653', operation='DELETE', pgid='pgtrigger_delete_delete_7b33b', table='accounts_organisation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisationmember',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organisationmemberevent" ("id", "keeps_figures", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."id", NEW."keeps_figures", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='d754246f0b37916663cbbff0aeee24acd4ad9bdb', operation='INSERT', pgid='pgtrigger_insert_insert_9fe83', table='accounts_organisationmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisationmember',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_organisationmemberevent" ("id", "keeps_figures", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."id", NEW."keeps_figures", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='aec865a95d82b6f97115dd1e0429400ddc1f34f3', operation='UPDATE', pgid='pgtrigger_update_update_b8ce3', table='accounts_organisationmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organisationmember',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organisationmemberevent" ("id", "keeps_figures", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."id", OLD."keeps_figures", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='46753f7f6fd8a9f938505ac171b63e372f48ace2', operation='DELETE', pgid='pgtrigger_delete_delete_946ed', table='accounts_organisationmember', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sizefigures',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sizefiguresevent" ("balance_euros", "entered_at", "entered_by_id", "id", "organisation_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_percent", "turnover_euros", "year") VALUES (NEW."balance_euros", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."organisation_id", NEW."people", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_percent", NEW."turnover_euros", NEW."year"); RETURN NULL;', hash='c1d4171b0b96c4a7c7ea4246891c05d44243a7fa', operation='INSERT', pgid='pgtrigger_insert_insert_8e386', table='accounts_sizefigures', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sizefigures',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_sizefiguresevent" ("balance_euros", "entered_at", "entered_by_id", "id", "organisation_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_percent", "turnover_euros", "year") VALUES (NEW."balance_euros", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."organisation_id", NEW."people", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_percent", NEW."turnover_euros", NEW."year"); RETURN NULL;', hash='fee001d2eda4ae93b90a7d58a93ed0ca3f9c5a41', operation='UPDATE', pgid='pgtrigger_update_update_f1ed1', table='accounts_sizefigures', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sizefigures',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sizefiguresevent" ("balance_euros", "entered_at", "entered_by_id", "id", "organisation_id", "people", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_percent", "turnover_euros", "year") VALUES (OLD."balance_euros", OLD."entered_at", OLD."entered_by_id", OLD."id", OLD."organisation_id", OLD."people", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_percent", OLD."turnover_euros", OLD."year"); RETURN NULL;', hash='0661cc2d6920e525b2e1dcc26be49604744a48e1', operation='DELETE', pgid='pgtrigger_delete_delete_4f174', table='accounts_sizefigures', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='personaltoken',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_personaltokenevent" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scopes", "user_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."revoked_at", NEW."scopes", NEW."user_id"); RETURN NULL;', hash='54bdccb6860f0885a45ef598de89bae793501eeb', operation='INSERT', pgid='pgtrigger_insert_insert_a80f2', table='accounts_personaltoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='personaltoken',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "accounts_personaltokenevent" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scopes", "user_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."revoked_at", NEW."scopes", NEW."user_id"); RETURN NULL;', hash='1396d506e6261ca817d061d1e1f26788631da0e2', operation='UPDATE', pgid='pgtrigger_update_update_e4740', table='accounts_personaltoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='personaltoken',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_personaltokenevent" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "scopes", "user_id") VALUES (OLD."created_at", OLD."expires_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."revoked_at", OLD."scopes", OLD."user_id"); RETURN NULL;', hash='e7a9041e1ce5cfb7dd90ddb5a0ad4b02a6412b6c', operation='DELETE', pgid='pgtrigger_delete_delete_6b7cf', table='accounts_personaltoken', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sshkey',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sshkeyevent" ("added_at", "blob", "expires_on", "fingerprint", "id", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."added_at", NEW."blob", NEW."expires_on", NEW."fingerprint", NEW."id", NEW."kind", NEW."label", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='51fd9887cd4d4402f1b10037d9becbdea0ab03c8', operation='INSERT', pgid='pgtrigger_insert_insert_e71f3', table='accounts_sshkey', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sshkey',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_sshkeyevent" ("added_at", "blob", "expires_on", "fingerprint", "id", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."added_at", NEW."blob", NEW."expires_on", NEW."fingerprint", NEW."id", NEW."kind", NEW."label", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='eda52ab9cb641931329747e51ce76673bbe86897', operation='UPDATE', pgid='pgtrigger_update_update_54f9a', table='accounts_sshkey', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sshkey',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sshkeyevent" ("added_at", "blob", "expires_on", "fingerprint", "id", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."added_at", OLD."blob", OLD."expires_on", OLD."fingerprint", OLD."id", OLD."kind", OLD."label", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='10c016d9356ff15b7650a67033a92bf4472e3d66', operation='DELETE', pgid='pgtrigger_delete_delete_61574', table='accounts_sshkey', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='linkedenterprise',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_linkedenterpriseevent" ("balance_euros", "enterprise_number", "id", "name", "organisation_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "turnover_euros") VALUES (NEW."balance_euros", NEW."enterprise_number", NEW."id", NEW."name", NEW."organisation_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."relation", NEW."turnover_euros"); RETURN NULL;', hash='844e356e460f8fa44392f70cc42c9dd139ad6b67', operation='INSERT', pgid='pgtrigger_insert_insert_626c3', table='accounts_linkedenterprise', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='linkedenterprise',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_linkedenterpriseevent" ("balance_euros", "enterprise_number", "id", "name", "organisation_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "turnover_euros") VALUES (NEW."balance_euros", NEW."enterprise_number", NEW."id", NEW."name", NEW."organisation_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."relation", NEW."turnover_euros"); RETURN NULL;', hash='0fa7c410ab6207e6c665d20dec6a68cf4330f3d4', operation='UPDATE', pgid='pgtrigger_update_update_95b45', table='accounts_linkedenterprise', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='linkedenterprise',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_linkedenterpriseevent" ("balance_euros", "enterprise_number", "id", "name", "organisation_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "turnover_euros") VALUES (OLD."balance_euros", OLD."enterprise_number", OLD."id", OLD."name", OLD."organisation_id", OLD."people", OLD."percent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."relation", OLD."turnover_euros"); RETURN NULL;', hash='681bba0f1d1804cb6ae241c9943d9661572a6174', operation='DELETE', pgid='pgtrigger_delete_delete_8cac5', table='accounts_linkedenterprise', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredaid',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_declaredaidevent" ("cents", "declared_by_id", "granted_on", "grantor", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cents", NEW."declared_by_id", NEW."granted_on", NEW."grantor", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='53ebcbd38a0a093617294e886e9beda56801a099', operation='INSERT', pgid='pgtrigger_insert_insert_199d6', table='accounts_declaredaid', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredaid',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_declaredaidevent" ("cents", "declared_by_id", "granted_on", "grantor", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."cents", NEW."declared_by_id", NEW."granted_on", NEW."grantor", NEW."id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='d79acfcc863f1f406987893f94e44d7eaac582e2', operation='UPDATE', pgid='pgtrigger_update_update_7c083', table='accounts_declaredaid', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='declaredaid',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_declaredaidevent" ("cents", "declared_by_id", "granted_on", "grantor", "id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."cents", OLD."declared_by_id", OLD."granted_on", OLD."grantor", OLD."id", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='9241c3b95b0ed0c256bca861bad8e60c4759e25b', operation='DELETE', pgid='pgtrigger_delete_delete_244b7', table='accounts_declaredaid', when='AFTER')),
                ),
            ],
        ),
    ]
