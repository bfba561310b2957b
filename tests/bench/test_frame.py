"""The frame of the benches: turns, ratios with their spread, the file, table and picture, and what changed between two."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import contextmanager

import pytest

from bench import compare
from bench.__main__ import main
from bench.frame import Bench, Run, Within
from bench.frame.picture import LEAST, place, svg
from bench.frame.result import Outcome, load, save
from bench.frame.run import WARM, cpu_of
from bench.frame.spread import Spread, ratios, spread
from bench.frame.table import outcome_text, write_between


def outcome(*, slow: float = 4.0, name: str = "made", **settings: int) -> Outcome:
    """A bench that took no time: by hand 2 ms, ours 4 ms."""
    def measure(run: Run) -> None:
        run.samples("List", {"by hand": [2.0, 2.1, 1.9], "ours": [slow, slow * 1.05, slow * 0.95]}, unit="ms CPU")
        run.samples("Rate", {"1 tenant": [100.0], "1,000": [90.0]}, unit="req/s", more=True)
        run.figure("memory", 84.25, "MB", "a worker")
        run.aim("ours of by hand", run.outcome.groups[0].line("ours").ratio, least=0.6)
        run.aim("memory", 84.25, most=100, unit="MB")
        run.note("the load was low")
    return Bench(name, "Made up", measure, tiny=settings).run("tiny")


def test_spread_is_the_median_with_its_quartiles():
    assert spread([5, 1, 3, 2, 4]) == Spread(3, 2, 4)
    assert spread([7]) == Spread(7, 7, 7)
    with pytest.raises(ValueError):
        spread([])


def test_a_ratio_above_one_is_better_whichever_way_is_good():
    assert ratios([2, 2, 2], [4, 4, 4]).median == 0.5            # twice the time
    assert ratios([100, 100], [90, 90], more=True).median == 0.9  # fewer requests
    assert ratios([2, 20, 2], [4, 40, 4]) == Spread(0.5, 0.5, 0.5)  # a disturbed round disturbs both
    assert ratios([2, 2, 2], [4, 8]).median == 0.375             # not taken in the same rounds
    assert ratios([1], [0]).median == 0


def test_contestants_take_turns_and_only_their_calls_are_timed():
    order, inside = [], []

    @contextmanager
    def patch():
        inside.append(True)
        yield
        inside.pop()

    def second(number: int) -> None:
        assert inside
        order.append("b")

    elsewhere = iter(range(1000))
    run = Run({})
    group = run.turns("turns", {"a": lambda _n: order.append("a"), "b": Within(patch, second)}, rounds=6, baseline="a",
                      elsewhere=lambda: next(elsewhere))
    assert "".join(order) == "".join("ab" if number % 2 == 0 else "ba" for number in range(-WARM, 6))
    assert [line.rounds for line in group.lines] == [6, 6]
    assert 1000 <= group.line("a").value.median < 1010           # the second counted elsewhere is CPU time, too
    assert group.line("a").ratio == Spread(1, 1, 1)
    assert run.outcome.groups == [group]


def test_cpu_of_other_processes_is_counted():
    code = "print(sum(range(10**6)), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout and child.stdout.readline()
        assert cpu_of(lambda: [child.pid, 2 ** 30])() > 0        # what has ended in between counts for nothing
        child.communicate(b"\n")


def test_a_result_comes_back_from_its_file_and_others_stay_in_it(tmp_path):
    path = tmp_path / "results" / "r.json"
    first, second = outcome(), outcome(name="other")
    save([first], path)
    save([second], path)
    assert load(path) == [first, second]
    assert {"date", "commit", "cores", "python", "sqlalchemy"} <= set(first.machine)
    assert len(first.load) == 2


def test_table_and_picture_say_the_same_ratio(tmp_path):
    text = outcome_text(outcome())
    assert "| by hand | 2.00 (1.95–2.05) | 100 % |" in text
    assert "| ours | 4.00 (3.90–4.10) | 50% (50%–50%) |" in text
    assert "| 1,000 | 90.0 (90.0–90.0) | 90% (90%–90%) |" in text
    assert "Rounds: 3." in text and "Rounds: 1." in text
    assert "| memory | 84.2 MB | a worker |" in text and "- the load was low" in text and "load " in text
    assert "| ours of by hand | at least 60% | 50% | **no** | made, tiny," in text
    assert "| memory | at most 100 MB | 84.2 MB | yes | made, tiny," in text
    picture = svg([outcome()])
    ET.fromstring(picture)
    assert "50% (50%–50%)" in picture and "Made up: List" in picture
    assert place(LEAST / 10) == place(LEAST) < place(0.5) < place(1) < place(2)


def test_only_what_stands_between_the_markers_is_written(tmp_path):
    document = tmp_path / "d.md"
    document.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    write_between(document, "bench", r"new \1")
    assert document.read_text() == "before\n<!-- bench -->\nnew \\1\n<!-- /bench -->\nafter\n"
    with pytest.raises(ValueError, match="bench-large"):
        write_between(document, "bench-large", "x")


def test_comparing_tells_what_moved_beyond_the_spread(tmp_path, capsys):
    for name, made in {"a": outcome(), "b": outcome(slow=8.0), "c": outcome(slow=4.001)}.items():
        save([made], tmp_path / name)
    assert compare.main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    said = capsys.readouterr().out
    assert "made · List · ours" in said and "4.00 →    8.00     0.500 →   0.250  ×  0.50  WORSE" in said
    assert "2 lines compared; 1 worse" in said and "by hand" not in said
    near = [compare.Change("x", compare.Line("x", each, each, 3), compare.Line("x", other, other, 3))
            for each, other in [(Spread(1, .9, 1.1), Spread(1.15, 1.05, 1.2)), (Spread(1, .9, 1.1), Spread(2, 1.9, 2.1))]]
    assert [change.verdict for change in near] == ["within the spread", "better"]


def test_results_of_different_work_are_not_compared(tmp_path, capsys):
    def told(before: Outcome, after: Outcome) -> tuple[int, str]:
        save([before], tmp_path / "x")
        save([after], tmp_path / "y")
        return compare.main([str(tmp_path / "x"), str(tmp_path / "y")]), capsys.readouterr().out

    code, said = told(outcome(members=1000, rounds=5), outcome(members=2000, rounds=5))
    assert code == 1 and "NOT COMPARABLE: made: members 1000 → 2000" in said and "0 lines compared" in said
    code, said = told(outcome(members=1000, rounds=5), outcome(members=1000, rounds=50))
    assert code == 0 and "NOT COMPARABLE" not in said            # only longer
    code, said = told(outcome(), outcome(members=1000))          # a file of before settings were kept
    assert code == 1 and "does not say with which settings" in said


def test_several_runs_of_a_commit_count_as_one_with_the_widest_spread():
    one, = compare.pooled([[outcome(slow=4.0)], [outcome(slow=8.0)], [outcome(slow=5.0)]])
    assert one.groups[0].line("ours").value == Spread(5.0, 3.9, 8.2)
    assert one.groups[0].line("ours").ratio.median == pytest.approx(0.4)


def test_what_only_some_turns_or_only_one_side_measured_is_kept_and_named():
    less, more = outcome(), outcome()
    more.groups[0].lines.append(compare.Line("by others", Spread(3, 3, 3), Spread(.7, .7, .7), 3))
    turns = [[less], [more, outcome(name="other")]]
    said = compare.gaps(turns)
    assert "in 1 of 2 turns only: made · List · by others" in said and "in 1 of 2 turns only: other · Rate · 1 tenant" in said
    whole = compare.pooled(turns)
    assert [each.name for each in whole] == ["made", "other"]
    assert [line.name for line in whole[0].groups[0].lines] == ["by hand", "ours", "by others"]
    assert compare.gaps([whole, whole]) == []
    assert compare.unequal(whole, [outcome()])[0] == "only before: made · List · by others"
    assert compare.unequal([], [outcome()])[0].startswith("only after: ")


def test_two_commits_are_measured_in_their_own_trees(monkeypatch, tmp_path, capsys):
    asked = []

    def measured(tree, names, size, out):
        asked.append((tree.name, names, size))
        return [outcome(slow=4.0 if tree.name == "tree0" else 8.0)]

    monkeypatch.setattr(compare, "_tree", lambda tree, commit, stack: tree)
    monkeypatch.setattr(compare, "_measured", measured)
    assert compare.main(["HEAD", "HEAD", "--bench", "made", "--size", "tiny", "--turns", "2"]) == 0
    assert [name for name, *_rest in asked] == ["tree0", "tree1"] * 2 and "WORSE" in capsys.readouterr().out


def test_a_commit_where_no_bench_begins_is_not_taken_for_one_without_lines(tmp_path):
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    (tmp_path / "bench" / "__main__.py").write_text("import gone_since")
    with pytest.raises(RuntimeError, match="nothing was measured(.|\n)*gone_since"):
        compare._measured(tmp_path, [], "tiny", tmp_path / "r.json")


def test_a_side_that_was_cut_off_is_named_and_fails(tmp_path, capsys):
    cut = outcome()
    cut.missing.append("the rounds, cut at 60 s")
    save([outcome()], tmp_path / "a")
    save([cut], tmp_path / "b")
    assert compare.main([str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    assert f"{tmp_path / 'b'}: not all of made: the rounds, cut at 60 s" in capsys.readouterr().out


def test_the_command_refuses_a_bench_it_does_not_know(capsys):
    with pytest.raises(SystemExit):
        main(["nothing-of-the-kind"])
    assert "no such bench" in capsys.readouterr().err
