"""One folder and a hundred ports, checked before anything starts."""

from pathlib import Path

import pytest

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import (
    CHARLEROI,
    DEFAULT_PORT_BASE,
    LONGEST_STATE_PATH,
    SITES,
    ZELLIK,
    Layout,
    default_state,
    layout_from_environment,
    site_named,
)


def test_without_variables_the_clone_has_a_short_folder_of_its_own() -> None:
    layout = layout_from_environment({})
    assert layout.state == default_state()
    assert len(str(layout.state)) <= LONGEST_STATE_PATH
    assert layout.port_base == DEFAULT_PORT_BASE


def test_variables_choose_another_testbed() -> None:
    layout = layout_from_environment(
        {"BELFRY_STATE": "/var/tmp/elsewhere", "BELFRY_PORT_BASE": "30000"}
    )
    assert layout == Layout(Path("/var/tmp/elsewhere"), 30000)


@pytest.mark.parametrize("text", ["abc", "80", "65500", "-1", "17600.5", "١٧٦٠٠"])
def test_a_wrong_port_base_is_named_with_what_to_set(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        layout_from_environment({"BELFRY_PORT_BASE": text})
    assert repr(text) in refused.value.message
    assert "1024" in refused.value.advice


def test_a_folder_too_long_for_sockets_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        layout_from_environment({"BELFRY_STATE": "/var/tmp/" + "x" * LONGEST_STATE_PATH})


def test_a_folder_that_the_services_cannot_enter_is_refused(tmp_path: Path) -> None:
    closed = Path("/var/tmp") / f"belfry-closed-{tmp_path.name[:8]}"
    closed.mkdir(mode=0o700)
    try:
        with pytest.raises(UsageError, match="cannot enter"):
            layout_from_environment({"BELFRY_STATE": str(closed / "state")})
    finally:
        closed.rmdir()


def test_no_two_services_share_a_port() -> None:
    layout = Layout(Path("/var/tmp/x"), 20000)
    ports = [layout.postgres_port, layout.mariadb_port, layout.slurmdbd_port(None)]
    for site in SITES:
        ports += [layout.slurmdbd_port(site), layout.slurmctld_port(site)]
        ports += [layout.slurmd_port(site, node) for node in site.nodes]
    assert len(set(ports)) == len(ports)
    assert all(20000 <= port < 20100 for port in ports)


def test_sites_are_found_by_name_and_a_wrong_name_lists_them() -> None:
    assert site_named("zellik") is ZELLIK
    with pytest.raises(UsageError) as refused:
        site_named("lumi")
    assert ZELLIK.name in refused.value.advice
    assert CHARLEROI.name in refused.value.advice
