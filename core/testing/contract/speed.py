"""Speed: a page with thirty rows sends as many statements as a page with one."""

from __future__ import annotations

from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from core.base.db import Base
from core.base.fence.registry import tenant_column
from core.base.keys import TENANT
from core.base.scope import tenant_scope
from core.base.session import begin_write, session
from core.isolation.canaries import Mark, row
from core.testing.world import Browser

from .stage import NUMBER, Stage

MANY = "many"
ROWS = 30
HEAVIER = 2     # statements more: after a change a ledger counts its rows anew instead of remembering how many there were


def needed(tables: frozenset[str]) -> list[Table]:
    """The plugin's tables and those they refer to, referenced ones first."""
    wanted, todo = set(tables), list(tables)
    while todo:
        for key in Base.metadata.tables[todo.pop()].foreign_key_constraints:
            name = key.referred_table.name
            if name not in wanted and tenant_column(key.referred_table) == TENANT:
                wanted.add(name)
                todo.append(name)
    return [t for t in Base.metadata.sorted_tables if t.name in wanted]


def one_more(mark: Mark, first: Mark, stage: Stage, tables: list[Table]) -> None:
    """A further row in each table; the plugin's own rows hang on the first record where their keys allow it."""
    done: set[str] = set()
    for table in tables:
        values = row(table, mark, stage.plugins, done)
        links = {e.parent.name for key in table.foreign_key_constraints for e in key.elements} - {TENANT}
        hung = {name: first.id for name in links if values[name] is not None}
        for tried in ([values | hung] if table.name in stage.tables() else []) + [values]:
            try:
                with session().begin_nested():
                    session().execute(insert(table).values(**tried))
                break
            except IntegrityError:
                continue
        done.add(table.name)


def fill(stage: Stage, first: Mark) -> None:
    """Twenty-nine sets of canaries beside the first."""
    tables = needed(stage.tables())
    with stage.world.database.use(), tenant_scope(first.tenant_id):
        begin_write()
        for number in range(1, ROWS):
            place = f"{first.path[:-4]}zz{number + 1:02d}"
            one_more(Mark(first.tenant_id, NUMBER + number, f"{first.word}{number}", place), first, stage, tables)
        session().commit()


class Speed:
    """Counted on every page of the plugin, on its ledgers, and on the pages of core to which it contributes."""

    def _counts(self, stage: Stage, browser: Browser, paths: list[str]) -> tuple[dict[str, int], dict[str, int]]:
        """Statements and size per page. Asked twice, and the lower count holds: what core remembers for a while
        (menus, rights, rules) may lapse between any two requests.
        """
        counts, sizes = {}, {}
        for path in paths:
            tries = []
            for _try in range(2):
                with stage.world.counting() as sent:
                    answer = browser.get(path)
                tries.append(len(sent))
                assert answer.status_code < 500, path
            counts[path], sizes[path] = min(tries), len(answer.get_data())
        return counts, sizes

    def test_thirty_rows_cost_as_many_statements_as_one(self, stage: Stage) -> None:
        first = stage.furnish(MANY)
        browser = stage.world.browser(MANY)
        paths = [p for p in (*stage.pages(), *stage.around()) if not p.endswith("/print") and not p.startswith("/indicators/")]
        few, small = self._counts(stage, browser, paths)
        fill(stage, first)
        many, large = self._counts(stage, browser, paths)
        assert {path: (few[path], many[path]) for path in paths if many[path] > few[path] + HEAVIER} == {}
        assert not stage.owner.ledgers or [path for path in paths if large[path] > small[path]], "no page shows more rows"
