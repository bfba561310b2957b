"""Every operation on something that exists asks for the version it changes, or stands here with the reason why not."""

from __future__ import annotations

import tomllib
from pathlib import Path

from core.web.api import operation_of

WHY = {"adds": "writes a record of its own below the one in the address, which stays as it is",
       "ends": "ends once and for all what has no address to be read at; asked twice it is refused or changes nothing",
       "moves": "its state decides: in any other it is refused (409)",
       "switch": "the state asked for is in the address; asked twice it changes nothing"}
LISTED = tomllib.loads((Path(__file__).parent / "unversioned.toml").read_text())


def test_every_change_of_what_exists_names_a_version_or_a_reason(world):
    with world.app.app_context():
        found = {(rule.endpoint, operation_of(rule.endpoint).versioned) for rule in world.app.url_map.iter_rules()
                 if rule.arguments and operation_of(rule.endpoint) and operation_of(rule.endpoint).method != "GET"}
    unversioned = {endpoint for endpoint, versioned in found if not versioned}
    listed = {endpoint: why for why, endpoints in LISTED.items() for endpoint in endpoints}
    assert sorted(unversioned - listed.keys()) == [], "no If-Match, and no reason in unversioned.toml"
    assert sorted(listed.keys() - unversioned) == [], "in unversioned.toml without need"
    assert LISTED.keys() == WHY.keys()
