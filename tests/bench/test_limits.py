"""Benches end: in time, with what they had measured, and with everything they had started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.frame import Bench, Run
from bench.frame.limits import OutOfTime, limited
from bench.frame.result import load
from bench.frame.run import LEAST, Turns
from bench.frame.table import outcome_text, times
from core.testing.not_run import cannot_run
from tests import guardian
from tests.chaos.servers import until

STARTS = """
import sys
from pathlib import Path
from tests.chaos.servers import Process
print(Process("server", Path(sys.argv[1]), "sleep", "60", environment={}).pid, flush=True)
sys.stdin.read()
"""


def test_a_limit_ends_what_takes_longer_and_names_it():
    with pytest.raises(OutOfTime, match="a nap: not done within 0 s"), limited("a nap", 0.05):
        time.sleep(20)
    with limited("short", 20):
        pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_of_two_limits_the_nearer_rings_whichever_is_inside():
    with pytest.raises(OutOfTime, match="outer"), limited("outer", 0.05), limited("inner", 20):
        time.sleep(20)
    with limited("outer", 20):
        with pytest.raises(OutOfTime, match="inner"), limited("inner", 0.05):
            time.sleep(20)
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 10


def test_a_limit_that_rings_while_python_tidies_up_ends_the_turns_all_the_same():
    class Slow:
        def __del__(self):
            time.sleep(0.3)                                  # OutOfTime, raised here, is lost

    def measure(run: Run) -> None:
        with run.part("the long one", 0.1):
            run.turns("naps", {"nap": lambda number: Slow() and None if number == 1 else time.sleep(0.01)}, rounds=2_000)

    assert Bench("made", "Made up", measure, tiny={}).run("tiny").missing == ["the long one, cut at 0 s"]


def test_a_part_that_takes_too_long_keeps_what_it_had_and_the_next_is_measured():
    def measure(run: Run) -> None:
        with run.part("the long one", 2):
            run.turns("naps", {"nap": lambda _n: time.sleep(0.01)}, rounds=10_000)
        run.figure("the next", 1, "s")

    kept: list[str] = []
    found = Bench("made", "Made up", measure, tiny={}).run("tiny", keep=lambda so_far: kept.append(so_far.error))
    assert found.groups[0].lines[0].rounds >= 1 and found.figures and not found.error
    assert found.missing == ["the long one, cut at 2 s"] and "**Not measured:** the long one" in outcome_text(found)
    assert len(kept) == 3 and all(kept)                  # until the end of it every state kept is said to be part of it


def test_a_bench_that_takes_too_long_is_ended_with_its_first_figures():
    def measure(run: Run) -> None:
        run.aim("never seen", most=1.0)
        run.figure("first", 1, "s")
        time.sleep(20)

    bench = Bench("made", "Made up", measure, tiny={"budget": 0.5})
    found = bench.run("tiny")
    assert [figure.name for figure in found.figures] == ["first"] and "all of it" in found.missing[0]
    assert command.limit_of(bench, "tiny") > 1.5
    said = outcome_text(found)
    assert "s of 0 planned" in said and "| never seen | at most 100% | **not measured** |" in said
    assert "| made |" in times([found], 12.0) and "all of it, cut at" in times([found])


def test_the_command_fails_and_keeps_what_there_is_when_a_part_was_cut_off(monkeypatch, tmp_path, capsys):
    def measure(run: Run) -> None:
        run.aim("seen", 2.0, most=1.0)
        run.aim("never seen", least=1.0)

    monkeypatch.setattr(command, "benches", lambda: {"made": Bench("made", "Made up", measure, tiny={})})
    assert command.main(["made", "--size", "tiny", "--here", "--out", str(tmp_path / "r.json")]) == 1
    found, = load(tmp_path / "r.json")
    assert [aim.found is None for aim in found.aims] == [False, True] and found.trouble == "never seen: not measured"
    assert "| **no** |" in capsys.readouterr().out


def test_turns_end_when_every_ratio_is_known():
    taken = Turns(["a", "b"], "a")
    for _round in range(LEAST):
        taken.add("a", 1.0, 1.0)
        taken.add("b", 2.0, 2.0)
    assert taken.steady()
    for cost in (2.5, 3.0, 1.5, 1.7) * 3:
        taken.add("a", 1.0, 1.0)
        taken.add("b", cost, cost)
    assert not taken.steady()


def test_a_bench_that_fails_gives_what_it_had(monkeypatch):
    """The last thing it said is why."""
    monkeypatch.setattr(command, "leashed", lambda *_words: [sys.executable, "-c", "import sys; sys.exit('it fell over')"])
    outcome = command.run_apart(Bench("made", "Made up", lambda run: None, tiny={}), "tiny", 1.0, {})
    assert not outcome.groups and outcome.error == "it fell over"


def test_servers_end_with_a_bench_that_is_killed(tmp_path):
    if shutil.which("setpriv") is None:
        cannot_run("setpriv (Debian package util-linux)")
    with subprocess.Popen([sys.executable, "-c", STARTS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bench:
        assert bench.stdout is not None
        server = int(bench.stdout.readline())
        until(lambda: Path(f"/proc/{server}/comm").read_text() == "sleep\n")       # it wears the leash from then on
        os.kill(bench.pid, signal.SIGKILL)
    until(lambda: not guardian.alive(server))
