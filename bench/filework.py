"""What `bench.files` has done in processes of their own: ours by the product's jobs, and the same by hand."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from bench.child import Took, timed

if TYPE_CHECKING:
    from core.testing.world import World

COLUMNS = 15
SHOWN = """select row_number() over (order by p.org_path, p.name_full, p.id), p.name, p.gender, p.birth_date, p.education,
 p.joined_on, p.confirmed_on, p.member_kind, o.short_name, p.phone_mask, p.note from people_person p join people_org_unit o
 on o.tenant_id = p.tenant_id and o.id = p.org_id where p.tenant_id = %(tenant)s and p.is_formal
 order by p.org_path, p.name_full, p.id"""
WHOLE = """select row_number() over (order by p.org_path, p.name_full, p.id), p.name, p.gender, p.birth_date, p.education,
 p.joined_on, p.confirmed_on, p.member_kind, o.short_name,
 coalesce(r.short_name, '') || case when g.name is not null then '/' || g.name else '' end,
 (select string_agg(h.post, ',') from people_post_holding h
  where h.tenant_id = p.tenant_id and h.person_id = p.id and h.ends_on is null), p.phone_mask, p.note
 from people_person p join people_org_unit o on o.tenant_id = p.tenant_id and o.id = p.org_id
 left join people_org_unit r on r.tenant_id = p.tenant_id and r.id = p.residence_org_id
 left join people_grid g on g.tenant_id = p.tenant_id and g.id = p.grid_id
 where p.tenant_id = %(tenant)s and p.is_formal order by p.org_path, p.name_full, p.id"""

def jobs(folder: str, url: str) -> Took:
    """What waits in the installation's queue, run here as a worker would."""
    from core.plugin import installed  # late: start-up time
    from core.testing.world import build_world  # late: start-up time

    world = build_world(Path(folder), installed(), url)
    try:
        return timed(lambda: done(world))
    finally:
        world.database.dispose()


def done(world: World) -> tuple[int, int]:
    """Do what waits in the queue: how many jobs, and how many statements they sent. Their text would fill the memory."""
    sent = itertools.count()

    def note(*_told: object) -> None:
        next(sent)

    event.listen(world.database.engine, "before_cursor_execute", note)
    return world.run_jobs(), next(sent)


def parse_and_copy(file: str, url: str) -> Took:
    """A sheet read by calamine and copied into a table without a key, as fast as it goes."""
    import psycopg  # late: start-up time
    import python_calamine  # late: start-up time

    def work() -> int:
        book = python_calamine.CalamineWorkbook.from_path(file)
        rows = book.get_sheet_by_index(0).to_python()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TEMP TABLE bare (" + ", ".join(f"c{n} text" for n in range(COLUMNS)) + ")")
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in rows[1:]:
                    copy.write_row([str(cell) for cell in row])
        return len(rows) - 1

    return timed(work)


def rows_of(url: str, tenant: int, whole: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of the roster through a cursor of the server, as text; `whole`: with the columns that need a join or a look-up."""
    import psycopg  # late: start-up time

    shown = WHOLE if whole else SHOWN
    with psycopg.connect(url) as connection, connection.cursor(name="bare") as cursor:
        cursor.itersize = 1000
        for row in cursor.execute(shown.encode(), {"tenant": tenant}):
            yield tuple("" if cell is None else cell if isinstance(cell, int) else str(cell) for cell in row)


def bare_xlsx(url: str, tenant: int, folder: str, whole: bool) -> Took:
    """The rows through xlsxwriter in its mode of constant memory."""
    import xlsxwriter  # late: start-up time

    def work() -> int:
        with xlsxwriter.Workbook(f"{folder}/bare.xlsx", {"constant_memory": True, "strings_to_formulas": False}) as book:
            sheet, count = book.add_worksheet(), 0
            for count, row in enumerate(rows_of(url, tenant, whole), 1):
                for column, cell in enumerate(row):
                    sheet.write(count, column, cell)
        return count

    return timed(work)


def bare_csv(url: str, tenant: int, folder: str, whole: bool) -> Took:
    """The rows through csv.writer."""
    def work() -> int:
        with Path(folder, "bare.csv").open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            return sum(1 for row in rows_of(url, tenant, whole) if writer.writerow(row))

    return timed(work)


WORKS: dict[str, Callable[..., Took]] = {each.__name__: each for each in (jobs, parse_and_copy, bare_xlsx, bare_csv)}
