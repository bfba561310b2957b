"""Text SQL and the driver's own connection pass by the guards: only the modules listed with the fence use them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from core.base.fence.execution import RAW_SQL_MODULES
from tests.architecture.tree import PRODUCT, files, in_tests, show

ATTRIBUTES = {"raw_connection", "driver_connection", "exec_driver_sql", "dbapi_connection"}
NAMES = {"text", "literal_column", "TextClause"}  # of sqlalchemy
OPTIONS = {"raw_reason"}


def raw_sql(source: str) -> Iterator[str]:
    """What of it a module uses, as `line: name`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and (node.attr in ATTRIBUTES or _of_sqlalchemy(node)):
            yield f"{node.lineno}: {node.attr}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            yield from (f"{node.lineno}: {name.name}" for name in node.names if name.name in NAMES)
        elif isinstance(node, ast.keyword) and node.arg in OPTIONS:
            yield f"{node.value.lineno}: {node.arg}"
        elif isinstance(node, ast.Constant) and node.value in OPTIONS:
            yield f"{node.lineno}: {node.value}"


def _of_sqlalchemy(node: ast.Attribute) -> bool:
    module = node.value
    return node.attr in NAMES and isinstance(module, ast.Name) and module.id in ("sa", "sqlalchemy", "sql")


def allowed(path: Path) -> bool:
    return show(path).startswith(RAW_SQL_MODULES)


def test_text_sql_stays_where_it_is_listed():
    found = [
        f"{show(path)}:{use}"
        for path in files(".py", under=PRODUCT)
        if not allowed(path) and not in_tests(path)
        for use in raw_sql(path.read_text())
    ]
    assert found == []


def test_every_kind_of_text_sql_is_found():
    source = """
import sqlalchemy as sa
from sqlalchemy import text, literal_column
sa.text("select 1")
engine.raw_connection()
connection.exec_driver_sql("select 1")
session.connection().connection.driver_connection
connection.execute(statement, execution_options={"raw_reason": "x"})
statement.execution_options(raw_reason="x")
form.text("not ours")
"""
    assert sorted(use.split(": ")[1] for use in raw_sql(source)) == [
        "driver_connection", "exec_driver_sql", "literal_column", "raw_connection", "raw_reason", "raw_reason",
        "text", "text",
    ]  # fmt: skip


def test_the_listed_modules_exist():
    here = [show(path) for path in files(".py", under=PRODUCT)]
    missing = [name for name in RAW_SQL_MODULES if not any(path.startswith(name) for path in here)]
    assert missing in ([], ["core/migrations/"])
