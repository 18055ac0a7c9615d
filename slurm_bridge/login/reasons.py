"""Slurm's reasons and states in plain words; one that is not known is shown as it is."""

import re
from typing import NamedTuple


class Explanation(NamedTuple):
    """What a word of Slurm's means, and what the job's owner can do."""

    meaning: str
    todo: str = ""


_WAIT = "Nothing: it starts by itself."
_ADMINISTRATOR = "Ask the site's support; nothing about the job is wrong."
_CANCEL = "Cancel it (scancel) and submit it again with what it needs."

REASONS = {
    "None": Explanation("It has only just been submitted, or is about to start.", _WAIT),
    "Priority": Explanation("Jobs with a higher priority go first.", _WAIT),
    "Resources": Explanation(
        "The GPUs, cores or memory that it asks for are in use.",
        "Wait; a shorter --time or fewer GPUs let it slip in earlier.",
    ),
    "Dependency": Explanation("It waits for another job, as its --dependency says.", _WAIT),
    "DependencyNeverSatisfied": Explanation(
        "The job that it waits for ended otherwise than it demands, so it can never start.", _CANCEL
    ),
    "BeginTime": Explanation(
        "The time at which it may start has not come: its own --begin, or a pause after a requeue.",
        _WAIT,
    ),
    "JobHeldUser": Explanation("You, or a member of your team, hold it.", "scontrol release JOBID"),
    "JobHeldAdmin": Explanation("An administrator holds it.", _ADMINISTRATOR),
    "JobHoldMaxRequeue": Explanation(
        "It was put back into the queue too often and is held.",
        "Look into its output for what fails, then scontrol release JOBID.",
    ),
    "JobArrayTaskLimit": Explanation(
        "As many tasks of this array run as its own limit (%N) allows.", _WAIT
    ),
    "ReqNodeNotAvail": Explanation(
        "A node that it needs is down, drained, or reserved for maintenance.",
        "Wait, or take out --nodelist; a --time that ends before the maintenance lets it start.",
    ),
    "NodeDown": Explanation("A node that it needs is down.", _WAIT),
    "PartitionDown": Explanation("The partition is closed just now.", _ADMINISTRATOR),
    "PartitionInactive": Explanation("The partition takes no jobs just now.", _ADMINISTRATOR),
    "PartitionNodeLimit": Explanation(
        "It asks for more nodes than the partition has or allows, or none of them is up.",
        "Ask for fewer nodes, or wait if the partition's nodes are down.",
    ),
    "PartitionTimeLimit": Explanation(
        "It asks for more time than the partition allows.",
        "scontrol update JobId=JOBID TimeLimit=LESS; sinfo shows the partition's limit.",
    ),
    "Reservation": Explanation("The reservation that it names has not begun.", _WAIT),
    "ReservationDeleted": Explanation("The reservation that it names is gone.", _CANCEL),
    "Licenses": Explanation("A licence that it asks for is in use.", _WAIT),
    "BadConstraints": Explanation(
        "No node has everything that it asks for: GPU type, features, cores, memory.", _CANCEL
    ),
    "Prolog": Explanation("Its nodes are being prepared.", _WAIT),
    "Cleaning": Explanation("It ended before and its nodes are still being cleaned.", _WAIT),
    "SystemFailure": Explanation("Slurm, a file system or the network failed.", _ADMINISTRATOR),
    "NonZeroExitCode": Explanation(
        "It ended with an error and is held.", "Look into its output, then scontrol release JOBID."
    ),
    "TimeLimit": Explanation("It used up its --time.", "Ask for more time, or save checkpoints."),
    "InactiveLimit": Explanation("It did nothing for too long.", _CANCEL),
    "InvalidAccount": Explanation(
        "Its account does not exist here, or may not be used by you any more.",
        "belfry balance lists your projects; submit it again with --account=PROJECT.",
    ),
    "InvalidQOS": Explanation(
        "Its QOS does not exist or does not fit its account.", "Submit it again without --qos."
    ),
    "QOSNotAllowed": Explanation(
        "The partition or account does not accept its QOS.", "Submit it again without --qos."
    ),
    "AccountNotAllowed": Explanation(
        "The partition is not open to its account.",
        "belfry submit-help shows a partition that is; then scontrol update JobId=JOBID"
        " Partition=NAME.",
    ),
    "QOSUsageThreshold": Explanation("The QOS's usage is too high just now.", _WAIT),
    "QOSTimeLimit": Explanation("The time limit of its QOS is reached.", "Ask for less --time."),
    "QOSJobLimit": Explanation("Its QOS runs as many jobs as it may.", _WAIT),
    "QOSResourceLimit": Explanation("Its QOS uses as much as it may.", _WAIT),
    "AssociationJobLimit": Explanation("Your project runs as many jobs as it may.", _WAIT),
    "AssociationResourceLimit": Explanation("Your project uses as much as it may.", _WAIT),
    "AssociationTimeLimit": Explanation("The time limit of your project is reached.", ""),
    "MaxMemPerLimit": Explanation(
        "It asks for more memory per core or node than is allowed.", "Ask for less --mem."
    ),
    "FrontEndDown": Explanation("No front end is up to run it.", _ADMINISTRATOR),
    "BurstBufferResources": Explanation("There is no room in the burst buffer just now.", _WAIT),
    "BurstBufferStageIn": Explanation("Its data are being copied in.", _WAIT),
    "BurstBufferOperation": Explanation("A step of the burst buffer failed.", _ADMINISTRATOR),
    "DeadLine": Explanation("It cannot end before its own --deadline.", _CANCEL),
    "FedJobLock": Explanation("The clusters are agreeing on where it runs.", _WAIT),
    "SchedDefer": Explanation("It asked to start only when nothing else is scheduled.", _WAIT),
    "LaunchFailure": Explanation(
        "It could not be started on its node and is held.",
        "Try scontrol release JOBID; if it happens again, ask the site's support.",
    ),
    "launch failed requeued held": Explanation(
        "It could not be started on its node and is held.",
        "Try scontrol release JOBID; if it happens again, ask the site's support.",
    ),
    "job requeued in held state": Explanation(
        "It was put back into the queue and is held.", "scontrol release JOBID"
    ),
    "Reboot": Explanation("Its nodes are being restarted.", _WAIT),
    "Preempted": Explanation("It made room for a job with precedence.", _WAIT),
    "ReservedForMaintenance": Explanation("The nodes are reserved for maintenance.", _WAIT),
}

ENDS = {
    "RUNNING": Explanation("It is running."),
    "CONFIGURING": Explanation("Its nodes are being made ready.", _WAIT),
    "COMPLETING": Explanation("It is ending; its nodes are being cleaned.", _WAIT),
    "COMPLETED": Explanation("It has ended well."),
    "CANCELLED": Explanation("It was cancelled, by you, a coordinator or an administrator."),
    "FAILED": Explanation(
        "Its script ended with an error.", "Look into its output file; sacct -j JOBID -o ExitCode."
    ),
    "TIMEOUT": Explanation(
        "It used up its --time and was ended.", "Ask for more time, or save checkpoints."
    ),
    "OUT_OF_MEMORY": Explanation("It needed more memory than it asked for.", "Raise --mem."),
    "NODE_FAIL": Explanation(
        "A node failed under it; that was not its fault.",
        "Submit it again, and ask in the portal for the GPU-hours that were lost.",
    ),
    "BOOT_FAIL": Explanation("Its node could not start.", "Submit it again."),
    "DEADLINE": Explanation("It could not end before its own --deadline."),
    "PREEMPTED": Explanation("It was ended for a job with precedence.", "Submit it again."),
    "SUSPENDED": Explanation("It is paused and goes on later.", _WAIT),
    "REQUEUED": Explanation("It was put back into the queue.", _WAIT),
    "PENDING": Explanation("It waits in the queue.", _WAIT),
}

_LIMIT = re.compile(r"(?P<whose>Assoc|QOS)(?P<scope>Grp|Max|Min)(?P<what>[A-Za-z]+)")
# The first that a limit's name goes on with; so the longer of two comes first.
_RESOURCES = {
    "GRES": "GPUs",
    "CPU": "cores",
    "Cpu": "cores",
    "Mem": "memory",
    "Node": "nodes",
    "Energy": "energy",
    "Billing": "billing units",
    "BB": "burst buffer",
    "License": "licences",
    "Lic": "licences",
    "Submit": "jobs in the queue",
    "Job": "jobs",
    "Wall": "wall time",
    "Prio": "priority",
}


def explained(reason: str) -> Explanation:
    """A pending job's reason; Slurm may add details after a comma or in brackets."""
    word = re.split(r"[,( ]", reason.strip(), maxsplit=1)[0]
    known = REASONS.get(reason.strip()) or REASONS.get(word)
    return known or _limit(word) or Explanation(f"Slurm says: {reason}", "Ask the site's support.")


def explained_end(state: str) -> Explanation:
    """The state of a job that does not wait."""
    return ENDS.get(state) or Explanation(f"Slurm says: {state}")


def is_about_gpu_time(reason: str) -> bool:
    """Whether it is the budget that is short."""
    return bool(re.match(r"(Assoc|QOS)Grp(GRES|Billing)(Run)?Minutes", reason))


def _limit(word: str) -> Explanation | None:
    """Slurm's many names of limits, by their parts."""
    found = _LIMIT.fullmatch(word)
    if found is None:
        return None
    if is_about_gpu_time(word):
        return Explanation(
            "Its GPUs times its --time do not fit into what the project's budget has left.",
            "Ask for less --time or fewer GPUs, wait for running jobs to end early, or ask for"
            " more hours in the portal.",
        )
    name = found["what"]
    what = next((text for part, text in _RESOURCES.items() if name.startswith(part)), "resources")
    if found["scope"] == "Grp":
        whose = "Your project" if found["whose"] == "Assoc" else "Your project's QOS"
        return _group_limit(whose, what, name)
    if (
        name.endswith(("PerUser", "PerUserLimit", "PerAccount", "PerAccountLimit"))
        or "jobs" in what
    ):
        return Explanation(f"You use as many {what} at once as you may.", _WAIT)
    return Explanation(
        f"What it asks for is outside the limits of one job: {what}.",
        "Change it with scontrol update JobId=JOBID, or cancel it and submit it again.",
    )


def _group_limit(whose: str, what: str, name: str) -> Explanation:
    is_used_up = "Wall" in name or ("Minutes" in name and "RunMinutes" not in name)
    if is_used_up:
        return Explanation(
            f"{whose} has too little left of its limit: {what}.",
            "Ask for less --time, or for more in the portal.",
        )
    return Explanation(f"{whose} uses as much at once as it may: {what}.", _WAIT)
