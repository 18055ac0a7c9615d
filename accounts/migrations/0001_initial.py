"""People, their organisations, their names and keys on the clusters, and their mails."""

import accounts.enterprise_numbers
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from accounts.at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0002_ssh_keys'),
        ('accounts', '0004_unix_groups'),
        ('accounts', '0005_personal_tokens'),
        ('accounts', '0006_undertakings'),
        ('accounts', '0007_funder'),
        ('accounts', '0008_organisations_figures'),
        ('accounts', '0009_first_keepers'),
        ('accounts', '0011_mails'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                        ('first_name', models.CharField(max_length=80, verbose_name='first name')),
                        ('last_name', models.CharField(max_length=80, verbose_name='last name')),
                        ('role', models.CharField(choices=[('applicant', 'Applicant'), ('reviewer', 'Reviewer'), ('funder', 'Funder'), ('staff', 'Staff'), ('administrator', 'Administrator')], default='applicant', max_length=20, verbose_name='role')),
                        ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                        ('language', models.CharField(blank=True, choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands'), ('de', 'Deutsch')], max_length=2, verbose_name='language')),
                        ('mail_rhythm', models.CharField(choices=[('at_once', 'at once'), ('daily', 'every day at 7:00, in one mail'), ('weekly', 'every Monday at 7:00, in one mail')], default='at_once', max_length=10, verbose_name='mails that can wait')),
                    ],
                    options={
                        'verbose_name': 'person',
                        'verbose_name_plural': 'people',
                        'ordering': ('last_name', 'first_name'),
                    },
                ),
                migrations.CreateModel(
                    name='UnixIdentity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('username', models.CharField(max_length=31, unique=True, verbose_name='user name on the clusters')),
                        ('uid', models.PositiveIntegerField(unique=True, verbose_name='UNIX user number')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='unix_identity', to=settings.AUTH_USER_MODEL)),
                        ('taken_over', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'UNIX identity',
                        'verbose_name_plural': 'UNIX identities',
                    },
                ),
                migrations.CreateModel(
                    name='UnixGroup',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=31, unique=True, verbose_name='group on the clusters')),
                        ('gid', models.PositiveIntegerField(unique=True, verbose_name='UNIX group number')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'UNIX group',
                        'verbose_name_plural': 'UNIX groups',
                    },
                ),
                migrations.CreateModel(
                    name='Mail',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event', models.CharField(max_length=40, verbose_name='event')),
                        ('address', models.CharField(max_length=320, verbose_name='e-mail address')),
                        ('language', models.CharField(max_length=2, verbose_name='language')),
                        ('subject', models.TextField(verbose_name='subject')),
                        ('text', models.TextField(verbose_name='text')),
                        ('message_id', models.CharField(max_length=320, unique=True)),
                        ('state', models.CharField(choices=[('held', 'waits for the digest'), ('waiting', 'waits for the mail server'), ('delivered', 'delivered'), ('failed', 'failed'), ('in_digest', 'sent in a digest')], default='waiting', max_length=10, verbose_name='state')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('problem', models.TextField(blank=True, verbose_name='problem')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                        ('ended_at', models.DateTimeField(null=True, verbose_name='delivered or given up')),
                        ('digest', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to='accounts.mail')),
                        ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                    ],
                    options={
                        'verbose_name': 'mail',
                        'verbose_name_plural': 'mails',
                        'ordering': ('-created_at', '-pk'),
                        'indexes': [
                            models.Index(fields=['-created_at', '-id'], name='mails_by_time'),
                            models.Index(condition=models.Q(('state', 'held')), fields=['recipient'], name='mails_held'),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('enterprise_number', models.CharField(help_text='The ten-digit number of the Crossroads Bank for Enterprises (KBO/BCE); from another country of the EU the VAT number with its two letters.', max_length=20, unique=True, validators=[accounts.enterprise_numbers.validate_enterprise_number], verbose_name='enterprise number')),
                        ('kind', models.CharField(choices=[('start_up', 'Start-up'), ('sme', 'Small or medium enterprise'), ('large', 'Large enterprise'), ('research', 'University or research centre'), ('public', 'Public administration'), ('other', 'Other')], max_length=20, verbose_name='kind')),
                        ('postcode', models.CharField(max_length=10, verbose_name='postcode of the seat')),
                        ('website', models.URLField(blank=True, verbose_name='website')),
                        ('people', models.ManyToManyField(related_name='organisations', through='accounts.OrganisationMember', to=settings.AUTH_USER_MODEL, verbose_name='people')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='founded on')),
                        ('legal_form', models.CharField(blank=True, max_length=80, verbose_name='legal form')),
                        ('nace', models.CharField(blank=True, max_length=10, verbose_name='NACE code')),
                        ('vat_checked_at', models.DateTimeField(null=True, verbose_name='checked by VIES')),
                        ('vat_state', models.CharField(choices=[('unchecked', 'not yet checked'), ('valid', 'known to VIES'), ('invalid', 'not known to VIES')], default='unchecked', max_length=10, verbose_name='check by VIES')),
                    ],
                    options={
                        'verbose_name': 'organisation',
                        'verbose_name_plural': 'organisations',
                        'ordering': ('name',),
                    },
                ),
                migrations.CreateModel(
                    name='OrganisationMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                        ('keeps_figures', models.BooleanField(default=False, verbose_name='sees and enters its figures')),
                    ],
                    options={
                        'constraints': [
                            models.UniqueConstraint(fields=('organisation', 'user'), name='one_membership_each'),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='SizeFigures',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('year', models.PositiveSmallIntegerField(verbose_name='last closed year')),
                        ('people', models.PositiveIntegerField(verbose_name='people, in full-time years')),
                        ('turnover_euros', models.BigIntegerField(verbose_name='turnover in euros')),
                        ('balance_euros', models.BigIntegerField(verbose_name='balance sheet total in euros')),
                        ('public_percent', models.PositiveSmallIntegerField(verbose_name='percent in public hands')),
                        ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='size_figures', to='accounts.organisation')),
                    ],
                    options={
                        'verbose_name': 'figures of size',
                        'verbose_name_plural': 'figures of size',
                        'constraints': [
                            models.CheckConstraint(condition=models.Q(('balance_euros__gte', 0), ('public_percent__lte', 100), ('turnover_euros__gte', 0)), name='size_figures_can_be'),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('programme', "The programme's figures"), ('projects', 'Projects and their use')], max_length=20), size=None)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField(verbose_name='runs out')),
                        ('revoked_at', models.DateTimeField(null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'personal token',
                        'verbose_name_plural': 'personal tokens',
                        'ordering': ('-created_at', '-pk'),
                    },
                ),
                migrations.CreateModel(
                    name='TokenUse',
                    fields=[
                        ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='accounts.personaltoken')),
                        ('minute', models.DateTimeField()),
                        ('requests', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'use of a token',
                        'verbose_name_plural': 'uses of tokens',
                    },
                ),
                migrations.CreateModel(
                    name='SshKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('label', models.CharField(max_length=80, verbose_name='name')),
                        ('kind', models.CharField(max_length=60, verbose_name='kind')),
                        ('blob', models.TextField()),
                        ('fingerprint', models.CharField(max_length=60, unique=True, verbose_name='fingerprint')),
                        ('expires_on', models.DateField(null=True, verbose_name='last day')),
                        ('added_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='added')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ssh_keys', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'SSH key',
                        'verbose_name_plural': 'SSH keys',
                        'ordering': ('added_at', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='LinkedEnterprise',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('enterprise_number', models.CharField(max_length=20, validators=[accounts.enterprise_numbers.validate_enterprise_number], verbose_name='enterprise number')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked_enterprises', to='accounts.organisation')),
                        ('balance_euros', models.BigIntegerField(null=True, verbose_name='balance sheet total in euros')),
                        ('people', models.PositiveIntegerField(null=True, verbose_name='people, in full-time years')),
                        ('percent', models.PositiveSmallIntegerField(null=True, verbose_name='percent of capital or votes')),
                        ('relation', models.CharField(choices=[('linked', 'Linked: one controls the other, or the same owner both'), ('partner', 'Partner: from 25 to 50 % of capital or votes')], default='linked', max_length=10, verbose_name='relation')),
                        ('turnover_euros', models.BigIntegerField(null=True, verbose_name='turnover in euros')),
                    ],
                    options={
                        'verbose_name': 'linked enterprise',
                        'verbose_name_plural': 'linked enterprises',
                        'ordering': ('name',),
                        'constraints': [
                            models.UniqueConstraint(fields=('organisation', 'enterprise_number'), name='each_enterprise_linked_once'),
                            models.CheckConstraint(condition=models.Q(models.Q(('relation', 'partner'), _negated=True), models.Q(('percent__gte', 25), ('percent__lte', 50)), _connector='OR'), name='partners_have_a_share'),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name='DeclaredAid',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('grantor', models.CharField(max_length=200, verbose_name='granted by')),
                        ('granted_on', models.DateField(verbose_name='granted on')),
                        ('cents', models.BigIntegerField(verbose_name='amount in euro cents')),
                        ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared_aid', to='accounts.organisation')),
                    ],
                    options={
                        'verbose_name': 'declared aid',
                        'verbose_name_plural': 'declared aid',
                        'ordering': ('-granted_on',),
                        'constraints': [
                            models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='declared_aid_is_positive'),
                        ],
                    },
                ),
            ],
        ),
    ]
