"""Pretended GPUs: character devices that Slurm counts and hands out like real ones."""

from __future__ import annotations

import os
import stat
import uuid

from deploy.testbed.errors import TestbedError
from deploy.testbed.layout import Layout, Site

GPUS_PER_NODE = 4
# The numbers of /dev/null, so that a job which opens its GPU does no harm.
HARMLESS_DEVICE = os.makedev(1, 3)


def gpu_uuid(node: str, index: int) -> str:
    """The UUID of a node's GPU, the same each time."""
    return f"GPU-{uuid.uuid5(uuid.NAMESPACE_URL, f'belfry/{node}/{index}')}"


def write_driver_files(layout: Layout, site: Site) -> None:
    """Write what NVIDIA's driver would tell in /proc, which the prolog reads."""
    for node in site.nodes:
        for index in range(GPUS_PER_NODE):
            place = layout.gpu_folder(node) / "nvidia" / f"0000:{index + 1:02x}:00.0"
            place.mkdir(parents=True, exist_ok=True)
            (place / "information").write_text(
                f"Model: \t\t Pretended\nGPU UUID: \t {gpu_uuid(node, index)}\n"
                f"Device Minor: \t {index}\n"
            )


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
