"""Pretended GPUs: character devices that Slurm counts and hands out like real ones."""

from __future__ import annotations

import os
import stat

from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import Layout, Site

GPUS_PER_NODE = 4
# The numbers of /dev/null, so that a job which opens its GPU does no harm.
HARMLESS_DEVICE = os.makedev(1, 3)


def make_devices(layout: Layout, site: Site) -> None:
    """Make the device files that the site's gres.conf names, once."""
    layout.devices(site).mkdir(parents=True, exist_ok=True)
    for index in range(GPUS_PER_NODE):
        device = layout.devices(site) / f"nvidia{index}"
        if device.exists():
            continue
        try:
            os.mknod(device, 0o666 | stat.S_IFCHR, HARMLESS_DEVICE)
        except PermissionError as error:
            raise TestbedError(
                f"The kernel did not let us make the device {device}.",
                "In a container, allow the capability MKNOD.",
            ) from error
