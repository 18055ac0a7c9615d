"""What doctor finds, and what it advises."""

from dataclasses import replace
from pathlib import Path

import pytest

from slurm_bridge.as_root import AsRoot
from slurm_bridge.doctor import Doctor, parse_settings, settings_findings
from slurm_bridge.doctor_rights import Rights
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.slurm_conf import SlurmConf
from slurm_bridge.wire import Finding
from tests.slurm_bridge.programs import write_program

SOUND = {
    "SLURM_VERSION": "22.05.8",
    "ClusterName": "zellik",
    "AccountingStorageEnforce": "associations,limits,qos,safe",
    "AccountingStorageTRES": "cpu,mem,gres/gpu",
    "PriorityDecayHalfLife": "00:00:00",
    "JobSubmitPlugins": "lua",
    "EnforcePartLimits": "ALL",
}


def finding(check: str, **changes: str) -> Finding:
    found = settings_findings(SOUND | changes, "zellik")
    return next(item for item in found if item.check == check)


def test_sound_site_has_nothing_to_mend() -> None:
    assert {item.level for item in settings_findings(SOUND, "zellik")} == {"ok"}


@pytest.mark.parametrize(
    ("key", "value", "check", "level"),
    [
        ("AccountingStorageEnforce", "associations,limits", "AccountingStorageEnforce", "error"),
        ("AccountingStorageEnforce", "(null)", "AccountingStorageEnforce", "error"),
        ("AccountingStorageTRES", "cpu,gres/gpu:h200", "AccountingStorageTRES", "error"),
        ("ClusterName", "charleroi", "cluster name", "error"),
        ("EnforcePartLimits", "NO", "EnforcePartLimits", "error"),
        ("JobSubmitPlugins", "(null)", "JobSubmitPlugins", "warning"),
        ("SLURM_VERSION", "20.11.9", "release", "warning"),
        ("SLURM_VERSION", "27.11.0", "release", "warning"),
        ("SLURM_VERSION", "", "release", "warning"),
    ],
)
def test_each_fault_is_found_and_comes_with_advice(
    key: str, value: str, check: str, level: str
) -> None:
    found = finding(check, **{key: value})
    assert found.level == level
    assert found.advice


def test_missing_word_of_enforcement_is_named() -> None:
    found = finding("AccountingStorageEnforce", AccountingStorageEnforce="associations,limits,qos")
    assert found.found == "lacks safe"


def test_settings_are_read_from_scontrol() -> None:
    text = (
        "Configuration data as of 2026\nClusterName             = zellik\nTaskPluginParam = a=b\n"
    )
    assert parse_settings(text) == {"ClusterName": "zellik", "TaskPluginParam": "a=b"}


def doctor(tmp_path: Path, *, sacctmgr: str, scontrol: str = "true", uid: int = 990) -> Doctor:
    write_program(tmp_path / "bin", "scontrol", scontrol)
    write_program(tmp_path / "bin", "sacctmgr", sacctmgr)
    commands = Commands(slurm_bin=tmp_path / "bin")
    as_root = AsRoot(commands, tmp_path / "belfry-root", user_id=uid)
    rights = Rights(as_root, "zellik", tmp_path, user_name=lambda: "belfry", user_id=lambda: uid)
    return Doctor(commands, "zellik", rights)


def levels(doctor: Doctor) -> dict[str, str]:
    return {item.check: item.level for item in doctor.findings()}


def test_silent_slurmctld_is_found(tmp_path: Path) -> None:
    assert levels(doctor(tmp_path, sacctmgr="true", scontrol="exit 1"))["slurmctld"] == "error"


def test_silent_slurmdbd_is_found(tmp_path: Path) -> None:
    assert levels(doctor(tmp_path, sacctmgr="exit 1"))["slurmdbd"] == "error"


def test_cluster_that_slurmdbd_does_not_know_is_found(tmp_path: Path) -> None:
    found = levels(doctor(tmp_path, sacctmgr="echo charleroi", uid=0))
    assert found["cluster registered"] == "error"
    assert found["rights in slurmdbd"] == "ok"


def test_site_that_keeps_no_partitions_is_warned(tmp_path: Path) -> None:
    found = levels(doctor(tmp_path, sacctmgr="echo zellik"))
    assert found["partitions_file"] == "warning"


def test_file_of_partitions_is_tried_out(tmp_path: Path) -> None:
    conf, kept = tmp_path / "slurm.conf", tmp_path / "kept.conf"
    conf.write_text("Include kept.conf\n")
    kept.write_text("PartitionName=h200 Nodes=n1 AllowAccounts=root\n")
    commands = Commands(slurm_bin=tmp_path / "bin")
    file = PartitionFile(kept, SlurmConf(commands, conf))
    sound = replace(doctor(tmp_path, sacctmgr="echo zellik"), partition_file=file)

    assert levels(sound)["partitions_file"] == "ok"
    conf.write_text("ClusterName=zellik\n")
    assert levels(sound)["partitions_file"] == "error"
    kept.unlink()
    assert levels(sound)["partitions_file"] == "error"


@pytest.mark.parametrize(
    ("release", "findings"), [("22.05.8", []), ("26.05.5", ["partition h200"])]
)
def test_list_that_names_root_is_open_where_sub_accounts_count(
    tmp_path: Path, release: str, findings: list[str]
) -> None:
    scontrol = (
        'case "$*" in *config*) echo "SLURM_VERSION = ' + release + '";;'
        " *partition*) echo PartitionName=h200 AllowAccounts=root,p1;"
        " echo PartitionName=own AllowAccounts=p1;; esac"
    )
    found = doctor(tmp_path, sacctmgr="echo zellik", scontrol=scontrol).findings()
    assert [item.check for item in found if item.check.startswith("partition ")] == findings
