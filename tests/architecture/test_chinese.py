"""Text for users goes through translation: Chinese in product code stands in _("…") or _l("…") and nowhere else.

Data belongs into toml and csv files. Docstrings and comments may quote Chinese terms.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.tree import PRODUCT, files, in_tests, show

HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
TRANSLATING = {"_", "_l", "_n", "_ln", "gettext", "ngettext", "lazy_gettext", "pgettext"}
DATA_MODULES: frozenset[str] = frozenset()  # paths of modules that are data through and through; prefer a toml file

IN_CALL = re.compile(r"""\b(?:_|_l|_n|ngettext|gettext)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:\s*,\s*("[^"]*"|'[^']*'))?""")
TRANS_BLOCK = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
JINJA_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)


def loose_chinese(source: str) -> list[str]:
    """Line and text of every Chinese string constant that no translation function receives."""
    tree = ast.parse(source)
    allowed = set(docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in TRANSLATING:
            allowed |= {id(part) for part in node.args if isinstance(part, ast.Constant)}
    lines = source.splitlines()
    return [
        f"{node.lineno}: {node.value[:30]!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value)
        if id(node) not in allowed and any(map(HAN.search, lines[node.lineno - 1 : node.end_lineno]))
    ]


def docstrings(tree: ast.AST) -> list[int]:
    """Bare strings: docstrings, and the strings under an assignment that document it."""
    return [id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def loose_in_template(text: str) -> list[str]:
    for pattern in (JINJA_COMMENT, TRANS_BLOCK, IN_CALL):
        text = pattern.sub(lambda found: "\n" * found[0].count("\n"), text)
    return [f"{number}: {line.strip()[:60]}" for number, line in enumerate(text.splitlines(), 1) if HAN.search(line)]


def loose_in_script(text: str) -> list[str]:
    text = JS_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return [f"{number}: {line.strip()[:60]}" for number, line in enumerate(text.splitlines(), 1) if HAN.search(line)]


def product(suffix: str) -> list[Path]:
    return [path for path in files(suffix, under=PRODUCT) if not in_tests(path) and show(path) not in DATA_MODULES]


def test_chinese_in_python_is_translated():
    assert [f"{show(path)}:{fault}" for path in product(".py") for fault in loose_chinese(path.read_text())] == []


def test_chinese_in_templates_is_translated():
    assert [f"{show(path)}:{fault}" for path in product(".html") for fault in loose_in_template(path.read_text())] == []


def test_scripts_get_their_text_from_the_page():
    assert [f"{show(path)}:{fault}" for path in product(".js") for fault in loose_in_script(path.read_text())] == []


def test_planted_chinese_is_found():
    good = '"""党"""\nx = _("党员")\ny: dict = {"a": _l("共 %(n)s 人", n=1)}\nz = "\\u4e00-\\u9fff"\n# 台账\n'
    assert loose_chinese(good) == []
    assert loose_chinese('x = "党员"\ny = f"共{n}人"\nz = f(_l("好"), "坏")\n') != []
    assert len(loose_chinese('z = f(_l("好"), "坏")')) == 1
    assert loose_in_template('{# 好 #}{{ _("好") }}<a title="{{ _(\'好\') }}">\n') == []
    assert loose_in_template("<p>坏</p>") == ["1: <p>坏</p>"]
    assert loose_in_script('// 好\n/* 好 */ x("http://a") + "坏"') != []
    assert loose_in_script("// 好\n/* 好 */\n") == []
