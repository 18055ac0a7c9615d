"""What can go wrong, named by what the operator must do.

BridgeError
├── TransientError               wait: the next cycle tries again
│   ├── TransientPortalError     the portal is unreachable, busy or broken
│   ├── TransientSlurmError      Slurm refused, answered half, or did not answer
│   │   └── TransientSlurmTimeoutError
│   ├── TransientDirectoryError  a UNIX user could not be made
│   └── TransientLeaseError      another bridge may write to this site by now
├── FatalError                   act: nothing gets better by itself
│   ├── FatalConfigError         correct the configuration file
│   ├── FatalDirectoryError      the user directory refuses this bridge: password, rights, schema
│   ├── FatalPortalError         the portal refuses this bridge: token, address or release
│   └── FatalSlurmError          Slurm's commands cannot be started at all
└── StoppedError                 nothing: the bridge was told to stop
"""


class BridgeError(Exception):
    """Any fault that the bridge reports in one sentence."""


class TransientError(BridgeError):
    """The next cycle may well succeed."""


class TransientPortalError(TransientError):
    """The portal did not answer, or answered that it cannot just now."""


class TransientSlurmError(TransientError):
    """Slurm refused a command or gave an answer that cannot be whole."""


class TransientSlurmTimeoutError(TransientSlurmError):
    """A Slurm command took longer than it may."""


class TransientDirectoryError(TransientError):
    """The host's user directory refused a UNIX user."""


class TransientLeaseError(TransientError):
    """The portal's lease has run out, so that another bridge may have it by now."""


class FatalError(BridgeError):
    """Only a person can put it right."""


class FatalConfigError(FatalError):
    """The configuration cannot be used as it is."""


class FatalDirectoryError(FatalError):
    """The user directory refuses this bridge, or cannot hold what it should."""


class FatalPortalError(FatalError):
    """The portal refuses this bridge, or speaks another version of the contract."""


class FatalSlurmError(FatalError):
    """Slurm's commands are missing or may not be run."""


class StoppedError(BridgeError):
    """The bridge is stopping, so the work was left where it was."""
