"""Demo records: units, pairings, the three lists, councils; made by the services people use, on the days they happened.

Called when a demo tenant is loaded and the plugin is on. A community with many property-owning units gets the story of
seed 003, a county with departments the pairs of seed 001.
"""

from __future__ import annotations

from random import Random

from sqlalchemy import select

from core.base.db import session
from core.people.models import OrgUnit
from core.service import Context

from . import demo_county, demo_story
from .demo_crew import Demo, words


def load(ctx: Context, random: Random) -> None:
    """Fill the tenant in scope, inside the running transaction."""
    places = {name: path for name, path in session().execute(select(OrgUnit.short_name, OrgUnit.path))}
    demo = Demo(ctx, random, places)
    (demo_story if words()["story"]["community"] in places else demo_county).tell(demo)
