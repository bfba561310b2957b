from __future__ import annotations

from core.rules import catalog
from core.rules.docs import TARGET, main, page


def test_the_page_is_current():
    assert TARGET.read_text("utf-8") == page(catalog().values()), "run: python -m core.rules.docs"


def test_every_rule_stands_on_the_page_with_its_source(tmp_path, capsys):
    main(tmp_path / "docs" / "rules.md")
    text = (tmp_path / "docs" / "rules.md").read_text("utf-8")
    for key, rule in catalog().items():
        assert f"### `{key}`" in text and rule.source in text
    assert f"{len(catalog())} rules" in capsys.readouterr().out
