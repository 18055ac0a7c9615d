import django.db.models.deletion
from django.db import migrations, models

# A foreign key asks once for each of millions of rows what is known of the whole batch. So those
# who write jobs hold the few projects and the site while they do, and these ask, when they leave,
# whether they still have jobs.
FREE = """
    ALTER TABLE allocations_job
        DROP CONSTRAINT IF EXISTS allocations_job_site_id_fk,
        DROP CONSTRAINT IF EXISTS allocations_job_project_id_fk;
    CREATE FUNCTION allocations_refuse_to_orphan_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE has_jobs boolean;
    BEGIN
        EXECUTE format('SELECT EXISTS (SELECT FROM allocations_job WHERE %I = $1)', TG_ARGV[0])
            INTO has_jobs USING OLD.id;
        IF has_jobs THEN
            RAISE foreign_key_violation
                USING MESSAGE = format('%s %s still has jobs', TG_TABLE_NAME, OLD.id);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER keep_owner_of_jobs AFTER DELETE OR UPDATE OF id ON allocations_project
        FOR EACH ROW EXECUTE FUNCTION allocations_refuse_to_orphan_jobs('project_id');
    CREATE TRIGGER keep_owner_of_jobs AFTER DELETE OR UPDATE OF id ON allocations_site
        FOR EACH ROW EXECUTE FUNCTION allocations_refuse_to_orphan_jobs('site_id');
"""
BIND = """
    DROP FUNCTION allocations_refuse_to_orphan_jobs() CASCADE;
    ALTER TABLE allocations_job
        ADD CONSTRAINT allocations_job_site_id_fk FOREIGN KEY (site_id)
            REFERENCES allocations_site (id) DEFERRABLE INITIALLY DEFERRED,
        ADD CONSTRAINT allocations_job_project_id_fk FOREIGN KEY (project_id)
            REFERENCES allocations_project (id) DEFERRABLE INITIALLY DEFERRED;
"""


def owner(name):
    """The job's key of that kind, without a constraint in the database."""
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name='jobs',
        to=f'allocations.{name}',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0025_attachments'),
    ]

    operations = [
        migrations.RunSQL(
            FREE,
            BIND,
            state_operations=[
                migrations.AlterField('job', 'project', owner('project')),
                migrations.AlterField('job', 'site', owner('site')),
            ],
        ),
        # Of a project's runs that have started only the number was asked, which days have summed up.
        migrations.RemoveIndex(model_name='job', name='allocations_project_2f8e30_idx'),
    ]
