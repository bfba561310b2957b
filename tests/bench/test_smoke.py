"""Every bench runs in a tiny size and prints its ratios: what nobody runs for a month must still run."""

from __future__ import annotations

import pytest

from bench.__main__ import benches, main
from bench.frame.result import load

ONLY_THOROUGH = ("test_every_bench_runs",)      # `pytest tests/bench --thorough`
SHORT = ("pages", "plugins", "growth")      # enough for a commit


@pytest.mark.parametrize("name", SHORT)
def test_a_bench_runs_and_prints_its_ratios(name, tmp_path, capsys):
    assert run(name, tmp_path, capsys) > 0


def test_every_bench_runs(tmp_path, capsys, figure):
    others = sorted(set(benches()) - set(SHORT))
    assert all([run(name, tmp_path, capsys) for name in others])
    figure(f"benches run in their tiny size: {len(others)} beside {', '.join(SHORT)}")


def run(name, tmp_path, capsys):
    """How many lines and figures it gave, all of them printed."""
    assert main([name, "--size", "tiny", "--here", "--out", str(tmp_path / f"{name}.json")]) == 0
    found, said = load(tmp_path / f"{name}.json")[0], capsys.readouterr().out
    assert found.groups or found.figures
    for group in found.groups:
        assert group.title in said and all(line.name in said for line in group.lines)
        assert group.line(group.baseline).ratio.median == 1
    return len(found.groups) + len(found.figures)
