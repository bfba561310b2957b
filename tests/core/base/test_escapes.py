"""Every known way past the fence is refused or returns nothing foreign."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from core.base.engine import Database
from core.base.refusals import Refused
from tests.core.base.escapes import Escape, all_escapes
from tests.core.base.escapes.trial import try_escape

ESCAPES = all_escapes()
EXPECTED_REFUSALS = (Refused, SQLAlchemyError, sqlite3.DatabaseError, psycopg.Error)


def test_nothing_was_lost():
    """The research found 108; each new bug adds one."""
    assert len(ESCAPES) >= 150
    assert len({escape.name for escape in ESCAPES}) == len(ESCAPES)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("escape", ESCAPES, ids=[escape.name for escape in ESCAPES])
def test_nothing_escapes(lab_database: Database, escape: Escape):
    outcome = try_escape(lab_database, escape)
    assert not outcome.leaked, outcome.detail
    assert outcome.error is None or isinstance(outcome.error, EXPECTED_REFUSALS), outcome.detail
