"""What GPUs did for jobs: utilisation, idleness, energy, and how much of it is known."""

from allocations.models.gpu import JOULES_A_KWH
from allocations.rules.suppression import people_behind_share
from allocations.rules.units import SECONDS_AN_HOUR
from portal.programme.selection import ProgrammeSelection
from portal.programme.statement import Source, part_of, read
from portal.programme.values import NO_DATA, Found, Value, percent

_GPUS = Source(
    tables="""
    allocations_dailygpuuse gpu
    LEFT JOIN allocations_site site ON site.id = gpu.site_id
    LEFT JOIN allocations_project project ON project.id = gpu.project_id
    LEFT JOIN allocations_track track ON track.id = project.track_id
    LEFT JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
    """,
    day="gpu.day",
)


def measured(selection: ProgrammeSelection, *, with_people: bool) -> Found:
    """What was measured; counting the people takes longer and is left out where nobody asks."""
    people = "COUNT(DISTINCT gpu.username) FILTER (WHERE gpu.{column} > 0)" if with_people else "0"
    figures = f"""
        SUM(gpu.measured_seconds) AS measured, SUM(gpu.utilisation_seconds) AS busy,
        SUM(gpu.idle_seconds) AS idle, SUM(gpu.metered_seconds) AS metered,
        SUM(gpu.energy_joules) AS joules,
        {people.format(column="measured_seconds")} AS measured_people,
        {people.format(column="idle_seconds")} AS idle_people,
        {people.format(column="metered_seconds")} AS metered_people
    """
    found: Found = {}
    for row in read(_GPUS, figures, selection):
        part = part_of(row)
        if row["measured"]:
            hours, people_behind = row["measured"] / SECONDS_AN_HOUR, row["measured_people"]
            found[part, "measured"] = Value(hours, people_behind)
            busy = min(row["busy"], row["measured"])
            found[part, "utilisation"] = Value(percent(busy, row["measured"]), people_behind)
            found[part, "idle"] = Value(row["idle"] / SECONDS_AN_HOUR, row["idle_people"])
        if row["metered"]:
            kwh, people_behind = row["joules"] / JOULES_A_KWH, row["metered_people"]
            found[part, "energy"] = Value(kwh, people_behind)
            found[part, "energy_a_gpu_hour"] = Value(
                kwh / (row["metered"] / SECONDS_AN_HOUR), people_behind
            )
    return found


def coverage(measured: Value, used: Value) -> Value:
    """Of what was used, how much was measured; no data where nothing is known to have been used.

    Behind it stand those whose use was measured, or those whose use was not: whichever are fewer.
    """
    if not used.number:
        return NO_DATA
    share = percent(min(measured.number or 0, used.number), used.number)
    return Value(share, people_behind_share(measured.people, used.people))
