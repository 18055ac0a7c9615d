"""A bridge as it is installed at a site: a configuration file, a token, a state folder."""

from dataclasses import dataclass
from pathlib import Path

from tests.slurm_bridge.fake_portal import TOKEN, FakePortal
from tests.slurm_bridge.programs import write_program

IDLE_SLURM = {
    "sacctmgr": """case "$*" in
*assoc*) echo 'zellik|root|||||||normal';;
*account*) echo 'root|default root account';;
*cluster*) echo zellik;;
*user*) echo 'root|Administrator';;
*qos*) echo 'normal|||Normal';;
esac""",
    "scontrol": """case "$*" in
*partition*) echo 'PartitionName=h200 AllowAccounts=root';;
*nodes*) echo 'NodeName=n1 State=IDLE CfgTRES=cpu=8,gres/gpu=4 AllocTRES=cpu=1,gres/gpu=1'
         echo 'NodeName=n2 State=IDLE+DRAIN CfgTRES=cpu=8,gres/gpu=4 AllocTRES=';;
*config*) echo 'SLURM_VERSION = 22.05.8'; echo 'ClusterName = zellik';;
esac""",
    "sdiag": "echo 'Jobs pending:   2'; echo 'Jobs running:   3'; echo 'DBD Agent queue size: 0'",
    "sacct": "true",
    "squeue": "true",
}


@dataclass
class Installation:
    """Files of one bridge, and the Slurm commands that it will find."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "bridge.toml"

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    def replace_program(self, name: str, script: str) -> None:
        write_program(self.programs, name, script)


def install(
    folder: Path,
    portal: FakePortal,
    *lines: str,
    with_slurm: bool = True,
    directory: str = "none",
) -> Installation:
    """Write everything that a bridge needs; further lines go into its configuration."""
    installation = Installation(folder)
    (folder / "state").mkdir(exist_ok=True)
    token = folder / "token"
    token.write_text(f"{TOKEN}\n", encoding="ascii")
    token.chmod(0o600)
    text = [
        'site = "zellik"',
        'cluster = "zellik"',
        f'portal_url = "{portal.address}"',
        f'token_file = "{token}"',
        f'state_dir = "{folder / "state"}"',
        f'directory = "{directory}"',
    ]
    if with_slurm:
        text.append(f'slurm_bin = "{installation.programs}"')
        for name, script in IDLE_SLURM.items():
            write_program(installation.programs, name, script)
    installation.config.write_text("\n".join([*text, *lines]), encoding="utf-8")
    installation.config.chmod(0o600)
    return installation
