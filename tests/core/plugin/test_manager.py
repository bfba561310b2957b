"""Modules are checked at start, all problems in one message, and ordered by what they require."""

from __future__ import annotations

import pytest

from core.plugin import Owner, Permission, Plugin, Plugins
from core.plugin.manager import PluginProblems, installed


def _owner(name: str, **options: object) -> Owner:
    return Owner(Plugin(name=name, title=name, **options), "tests.empty")  # type: ignore[arg-type]


def test_dependencies_come_first_whatever_the_order_given() -> None:
    plugins = Plugins([_owner("cc", requires=("bb",)), _owner("aa"), _owner("bb", requires=("aa",))])
    assert list(plugins.by_name) == ["aa", "bb", "cc"]
    assert plugins.requires_closure("cc") == ["aa", "bb"]
    assert plugins.required_by("aa") == ["bb", "cc"]


@pytest.mark.parametrize(("owners", "words"), [
    ([_owner("aa", requires=("zz",))], ["aa requires 'zz'"]),
    ([_owner("aa"), _owner("aa")], ["two modules named 'aa'"]),
    ([_owner("aa", requires=("bb",)), _owner("bb", requires=("aa",))], ["circle"]),
    ([_owner("a_b"), _owner("cc", api=9)], ["'a_b'", "API 9"]),
    ([_owner("aa", permissions=(Permission("bb.note.read", ""), Permission("aa.x", "")))], ["bb.note.read", "aa.x"]),
])
def test_all_problems_are_named_at_once(owners: list[Owner], words: list[str]) -> None:
    with pytest.raises(PluginProblems) as refused:
        Plugins(owners)
    assert all(word in str(refused.value) for word in words)


def test_two_equal_manifests_are_two_plugins() -> None:
    assert Plugin(name="aa", title="x") != Plugin(name="aa", title="x")


def test_installed_modules_have_no_problem_and_their_hooks_are_all_specified() -> None:
    plugins = installed()
    assert [p for o in plugins.by_name.values() for p in o.problems()] == []
    plugins.pm.check_pending()


def test_hooks_are_kept_per_set_not_per_tenant() -> None:
    plugins = installed()
    assert plugins.hooks(frozenset({"x"})) is plugins.hooks(frozenset({"x"}))
