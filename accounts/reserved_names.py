"""User names that nobody gets: users and groups that hosts have or may get, and Slurm's words."""

import re

_OF_HOSTS = """
adm admin administrator ansible apache audio avahi backup belfry bin bind centos chrony cloud
colord daemon dbus debian dialout dip disk dnsmasq docker ec2user enroot fax floppy ftp fuse games
git gnats grafana guest halt input irc kmem kvm landscape ldap libvirt list lp lpadmin lxd mail man
messagebus mongodb mpi munge mysql nagios named netdev news nfsnobody nginx nobody nogroup nslcd
ntp nvidia operator oprofile plugdev polkitd pollinate postfix postgres prometheus proxy pulse
rabbitmq radvd redis render rocky root rpc rpcuser rtkit saned sasl saslauth sgx shadow shutdown
slurm slurmctld slurmdbd slurmrestd src ssh sshd sssd staff stapdev stapusr statd sudo support sync
sys syslog systemd tape tcpdump test tomcat tss tty ubuntu unbound users utempter utmp uucp uuidd
vagrant video voice wheel www wwwdata zabbix
"""
_OF_SLURM = "account all cluster name none set user where"

RESERVED_NAMES = frozenset(f"{_OF_HOSTS} {_OF_SLURM}".split())

# Each project has a UNIX group of its name, and each person one of theirs.
_PROJECT = re.compile(r"aif[0-9]{2}[a-z]{2}[0-9]{4}")


def is_like_a_project(name: str) -> bool:
    """Whether a project could be called so."""
    return _PROJECT.fullmatch(name) is not None
