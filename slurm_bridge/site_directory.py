"""The user directory of a site, and all that goes with it, as its configuration says."""

from collections.abc import Callable
from pathlib import Path

from slurm_bridge.as_root import AsRoot
from slurm_bridge.config import BridgeConfig, read_password
from slurm_bridge.directory.interface import Directory
from slurm_bridge.directory.ldap import LdapDirectory
from slurm_bridge.directory.ldap_client import LdapClient
from slurm_bridge.directory.ldap_doctor import LdapDoctor
from slurm_bridge.directory.ldap_keys import DirectoryKeys
from slurm_bridge.directory.ldap_people import LdapTree
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.login.keys import KeyFiles
from slurm_bridge.ownership import MARK_PREFIX


def ldap_tree(config: BridgeConfig) -> LdapTree | None:
    """The site's LDAP directory, not yet contacted; None if it has none."""
    ldap = config.ldap_directory
    if ldap is None:
        return None
    read_password(ldap.password_file)
    client = LdapClient(ldap, _password(ldap.password_file))
    return LdapTree(client, ldap, mark=f"{MARK_PREFIX}{config.site}")


def site_directory(config: BridgeConfig, as_root: AsRoot, tree: LdapTree | None) -> Directory:
    """What makes UNIX users at this site, or looks them up."""
    if tree is not None:
        return LdapDirectory(tree)
    if config.directory == "none":
        return NoDirectory()
    return LocalDirectory(as_root, config.local_directory.record_file)


def directory_keys(config: BridgeConfig, tree: LdapTree | None) -> DirectoryKeys | None:
    """What keeps keys in the directory, or keeps the directory free of them."""
    if tree is None:
        return None
    return DirectoryKeys(tree, config.cluster, delivers=config.keys_in_directory)


def key_files(config: BridgeConfig) -> KeyFiles | None:
    """What keeps files of keys below `login_dir`, or keeps it free of them."""
    if config.login_dir is None:
        return None
    return KeyFiles(config.login_dir, config.cluster, delivers=config.keys_in_files)


def directory_doctor(config: BridgeConfig) -> LdapDoctor | None:
    """What looks at the site's LDAP directory, over a connection of its own."""
    tree = ldap_tree(config)
    return LdapDoctor(tree, needs_keys=config.keys_in_directory) if tree else None


def _password(path: Path) -> Callable[[], str]:
    """Read anew for each sign-in, so that it can be changed while the bridge runs."""
    return lambda: read_password(path)
