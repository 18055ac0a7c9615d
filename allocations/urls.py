"""Addresses of applications, projects and the staff's pages."""

from django.urls import path

from allocations.views import (
    adoption,
    applications,
    budgets,
    decisions,
    drafts,
    drift,
    gpu_help,
    invitations,
    leaving,
    lost_runs,
    manage,
    partitions,
    plans,
    projects,
    queue,
    set_aside,
    sites,
    usage,
    usage_checks,
)

urlpatterns = [
    # Everybody
    path("help/gpu", gpu_help.gpu_help, name="gpu_help"),
    # Applicants
    path("applications/", applications.my_applications, name="applications"),
    path("applications/new", drafts.choose_track, name="choose_track"),
    path("applications/new/<slug:track_code>", drafts.start, name="start_application"),
    path("applications/<str:reference>/", applications.application, name="application"),
    path("applications/<str:reference>/edit", drafts.edit, name="edit_application"),
    path("applications/<str:reference>/submit", drafts.submit, name="submit_application"),
    path("applications/<str:reference>/withdraw", drafts.withdraw, name="withdraw_application"),
    path("applications/<str:reference>/invite", invitations.invite, name="invite_member"),
    path("invitations/<int:invitation_id>/revoke", invitations.revoke, name="revoke_invitation"),
    path("invitations/<int:invitation_id>/accept", invitations.accept_own, name="accept_own"),
    path("invitations/<str:token>/", invitations.accept, name="accept_invitation"),
    path("organisations/new", drafts.new_organisation, name="new_organisation"),
    # Members
    path("projects/", projects.my_projects, name="projects"),
    path("projects/<str:name>/", projects.project, name="project"),
    path("projects/<str:name>/jobs", projects.jobs, name="project_jobs"),
    path("projects/<str:name>/usage.json", usage.usage, name="project_usage"),
    path("projects/<str:name>/<slug:site_code>.sh", projects.script, name="sbatch_script"),
    path("projects/<str:name>/invite", invitations.invite_to_project, name="invite_to_project"),
    path("members/<int:membership_id>/remove", manage.remove_member, name="remove_member"),
    # Staff
    path("staff/queue", queue.queue, name="queue"),
    path("staff/applications/<str:reference>/", decisions.review, name="review"),
    path("staff/applications/<str:reference>/preview", decisions.preview, name="preview"),
    path("staff/applications/<str:reference>/approve", decisions.approve, name="approve"),
    path("staff/applications/<str:reference>/reject", decisions.reject, name="reject"),
    path("staff/applications/<str:reference>/ask", decisions.ask, name="ask"),
    path("staff/projects/", queue.all_projects, name="all_projects"),
    path("staff/sites/", sites.sites, name="sites"),
    path("staff/sites/<slug:code>/", sites.site, name="site"),
    path("staff/sites/<slug:code>/lost-jobs", lost_runs.lost_runs, name="lost_runs"),
    path("staff/adoptions/<int:offer_id>/", adoption.adopt, name="adopt"),
    path("staff/adoptions/<int:offer_id>/decline", adoption.decline, name="decline_offer"),
    path("allocations/<int:allocation_id>/release", manage.release, name="release"),
    path("staff/sites/<slug:code>/plans/<slug:plan_id>/", plans.plan, name="site_plan"),
    path(
        "staff/sites/<slug:code>/plans/<slug:plan_id>/approve", plans.approve, name="approve_plan"
    ),
    path(
        "staff/sites/<slug:code>/plans/<slug:plan_id>/decline", plans.decline, name="decline_plan"
    ),
    path("staff/usage-checks/", usage_checks.usage_checks, name="usage_checks"),
    path("staff/drift/", drift.drift, name="drift"),
    path("staff/drift/<int:drift_id>/adopt", drift.adopt, name="adopt_drift"),
    path("staff/leaving/", leaving.leaving, name="leaving"),
    path("staff/leaving/<int:leaving_id>/", leaving.leaving_jobs, name="leaving_jobs"),
    path("staff/set-aside/", set_aside.set_aside, name="set_aside"),
    path("staff/tracks/", partitions.tracks, name="tracks"),
    path("staff/tracks/<slug:track_code>/", partitions.track_partitions, name="track_partitions"),
    path(
        "allocations/<int:allocation_id>/partitions",
        partitions.change_partitions,
        name="change_partitions",
    ),
    path("allocations/<int:allocation_id>/dedicated", partitions.dedicated, name="dedicated"),
    path(
        "allocations/<int:allocation_id>/dedicated/end",
        partitions.end_dedicated,
        name="end_dedicated",
    ),
    path("allocations/<int:allocation_id>/budget", manage.change_budget, name="change_budget"),
    path("allocations/<int:allocation_id>/renew", budgets.renew, name="renew"),
    path("allocations/<int:allocation_id>/transfer", budgets.transfer, name="transfer_hours"),
    path("allocations/<int:allocation_id>/refund", budgets.refund, name="refund_hours"),
    path("ledger/<int:entry_id>/take-back", lost_runs.take_back, name="take_back"),
    path("allocations/<int:allocation_id>/end", manage.change_end, name="change_end"),
    path("allocations/<int:allocation_id>/suspend", manage.suspend, name="suspend"),
    path("allocations/<int:allocation_id>/resume", manage.resume, name="resume"),
]
