"""Worker processes: evidence that misbehaves costs itself only, and leaves the report as it is."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ntkproofs.claims import workers
from ntkproofs.claims.report import verify
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.reports.json_report import report_to_json

posix = pytest.mark.skipif(os.name != "posix", reason="processes and signals of POSIX")

HEAD = """
import ctypes, os, random, signal, sys, time, threading
import flint, mpmath, numpy as np
from ntkproofs.claims import Claim, exactly

def claim(name, body, mutants=None):
    made = Claim("bad." + name, "x", "s", {"c": 1}, {"c": mutants or []})
    def evidence(c):
        yield from body()
        yield exactly("x", c, 1)
    made.proof(covers='numbers')(evidence)
    return made

def nothing():
    yield from ()
"""
LATE = "ran out of time: 15 s; raise --timeout"
HANGS = {
    "hang": ("while True: pass", LATE),
    "sleep": ("time.sleep(1000)", LATE),
    "hang-in-c": ("pow(3, 10**9)", LATE),
}
BAD = {
    "library-dies": ("flint.fmpz(10**40000 + 7) ** 10**7", "killed by signal"),
    "memory": ("hoard = bytearray(3 * 2**30)", "MemoryError"),
    "exit": ("os._exit(3)", "exited with status 3"),
    "exit-zero": ("os._exit(0)", "exited with status 0"),
    "segfault": ("ctypes.string_at(0)", "killed by signal 11, SIGSEGV"),
    "kill": ("os.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9"),
    "abort": ("os.abort()", "killed by signal 6"),
    "kill-group": ("os.killpg(0, signal.SIGTERM)", "killed by signal 15"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "sys-exit": ("sys.exit(0)", "SystemExit: 0"),
    "close-everything": ("os.closerange(0, 64)", None),
    "folder": ("os.chdir('/')", "changes the working directory"),
    "handler": ("signal.signal(signal.SIGUSR1, signal.SIG_IGN)", "changes the signal handlers"),
    "precision": ("flint.ctx.prec = 17", "changes the global precision of Arb"),
    "digits": ("mpmath.mp.dps = 99", "changes the global precision of mpmath"),
    "environment": ("os.environ['X'] = 'y'", "changes the environment variables"),
    "message": ("os.environ['TF_CPP_MIN_LOG_LEVEL'] = 'y'", "changes the environment variables"),
    "path": ("sys.path.append('/nowhere')", "changes the search path"),
    "floats": ("np.seterr(divide='ignore')", "changes NumPy's handling"),
}
GOOD = {
    "prints": "print('x' * 10_000_000); print('y' * 1_000_000, file=sys.stderr)",
    "writes-to-1": "os.write(1, b'{\"number\": 1}\\n' * 1000)",
    "reads": "assert sys.stdin.read() == '' and os.read(0, 1) == b''",
    "input": "assert sys.stdin.readline() == ''",
    "fork": "\n    child = os.fork()\n    if not child: os._exit(0)",
    "fork-comes-back": "os.fork()",
    "forks-stay": "\n    for _ in range(5):\n        if not os.fork(): time.sleep(600)",
    "thread": "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    "random": "random.random(); np.random.rand()",
    "undone": "old = os.getcwd(); os.chdir('/'); os.chdir(old)",
}


def source(bodies) -> str:
    parts = [HEAD]
    for name, body in bodies.items():
        function = name.replace("-", "_")
        parts.append(f"def do_{function}():\n    {body}\n    yield from ()\n")
        parts.append(f"made_{function} = claim({name!r}, do_{function})\n")
    return "".join(parts)


def write(folder: Path, text: str, name: str = "claims.py") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def without_times(report) -> str:
    def strip(data):
        if isinstance(data, dict):
            return {k: strip(v) for k, v in data.items() if k != "seconds"}
        return [strip(item) for item in data] if isinstance(data, list) else data

    return json.dumps(strip(report_to_json(report)))


def found_for(folder, bodies, timeout):
    path = write(folder, source(bodies), "clåims of mine.py")
    report = verify([path], jobs=2, timeout=timeout, memory=2048)
    assert report.problems == ()
    return {claim.id.removeprefix("bad."): claim for claim in report.claims}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """All but what hangs, with so much time that a busy machine ends none of it."""
    folder = tmp_path_factory.mktemp("a folder, with ünïcode and (spaces)")
    bodies = {name: body for name, (body, _) in BAD.items()} | GOOD | {"innocent": "pass"}
    return found_for(folder, bodies, 120)


@posix
@pytest.mark.parametrize("name", BAD)
def test_evidence_that_misbehaves_crashes_by_itself_and_the_cause_is_named(results, name):
    assert_crashed(results[name], BAD[name][1])


def assert_crashed(claim, cause):
    (evidence,) = claim.original.evidence
    assert evidence.outcome is Outcome.CRASHED
    assert evidence.counts.crashed == 1
    assert cause is None or cause in evidence.detail
    assert claim.original.verdict is Verdict.UNDECIDED


@posix
def test_evidence_that_hangs_runs_out_of_time_and_harms_no_other(tmp_path):
    bodies = {name: body for name, (body, _) in HANGS.items()} | {"innocent": "pass"}
    found = found_for(tmp_path, bodies, 15)
    for name, (_, cause) in HANGS.items():
        assert_crashed(found[name], cause)
    assert found["innocent"].original.verdict is Verdict.PROVED


@posix
@pytest.mark.parametrize("name", [*GOOD, "innocent"])
def test_evidence_that_leaves_everything_as_it_was_counts(results, name):
    assert results[name].original.verdict is Verdict.PROVED, results[name].original.evidence


@posix
def test_evidence_that_trains_networks_is_not_blamed_for_what_jax_sets(tmp_path):
    pytest.importorskip("jax")
    path = write(tmp_path, source({"trains": "import jax; assert jax.numpy.ones(2).sum() == 2"}))
    (claim,) = verify([path], jobs=1, timeout=240).claims
    assert claim.original.verdict is Verdict.PROVED, claim.original.evidence


@posix
def test_nothing_that_evidence_started_lives_on(tmp_path):
    marker = f"ntkproofs-test-{os.getpid()}"
    body = f"import subprocess; subprocess.Popen(['sleep', '600'], env={{'M': {marker!r}}})"
    path = write(tmp_path, source({"left": body}))
    assert verify([path], jobs=1).claims[0].original.verdict is Verdict.PROVED
    wait_until(lambda: not processes_with(marker))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(0)", "exited with status 0"),
        ("import time; time.sleep(600)", "ran out of time: 15 s"),
        ("print('x' * 5_000_000); import os; os.fork(); 1 / 0", "ZeroDivisionError"),
        ("input()", "EOFError"),
    ],
)
@posix
def test_a_claim_file_that_misbehaves_is_a_problem_and_stops_no_other(tmp_path, body, words):
    write(tmp_path, body, "bad.py")
    write(tmp_path, source({"good": "pass"}), "good.py")
    report = verify([tmp_path], jobs=1, timeout=15)
    (problem,) = report.problems
    assert words in problem.message
    assert [claim.original.verdict for claim in report.claims] == [Verdict.PROVED]


def test_what_a_file_does_when_it_is_loaded_reaches_no_other(tmp_path):
    write(
        tmp_path,
        "import os, signal, flint\nos.chdir('/'); flint.ctx.prec = 20\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + source({"first": "pass"}),
        "a.py",
    )
    body = (
        "assert os.getcwd() != '/' and flint.ctx.prec == 53; "
        "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL"
    )
    write(tmp_path, source({"second": body}), "b.py")
    report = verify([tmp_path], jobs=1)
    assert [claim.original.verdict for claim in report.claims] == [Verdict.PROVED] * 2


def test_evidence_that_remembers_across_mutants_does_not_profit(tmp_path):
    text = (
        HEAD
        + """
remembered = []
made = Claim("caches.across", "x", "s", {"c": 1}, {"c": [2, 3]})

@made.proof(covers='numbers')
def lazy(c):
    remembered.append(c)
    yield exactly("x", remembered[0], 1)
"""
    )
    (claim,) = verify([write(tmp_path, text)], jobs=1, mutants=True).claims
    assert claim.mutants.alive == ()
    (claim,) = verify([write(tmp_path, text)], isolated=False, mutants=True).claims
    assert len(claim.mutants.alive) == 2, "in one process it would have been found vacuous"


DRAWS = (
    HEAD
    + """
made = Claim("draws.lots", "x", "s", {"c": 1}, {"c": [2]})

@made.proof(covers='numbers')
def draw(c):
    yield exactly(f"{random.random()} {np.random.rand()} {sorted({'a', 'b'})}", c, 1)

@made.proof(covers='numbers')
def draw_again(c):
    yield exactly(f"{random.random()}", c, 1)
"""
)


def test_the_report_depends_on_the_seed_only(tmp_path):
    paths = [write(tmp_path, DRAWS, "a.py"), write(tmp_path, source({"b": "pass"}), "b.py")]
    texts = {without_times(verify(paths, jobs=jobs, mutants=True)) for jobs in (1, 2, 3)}
    assert len(texts) == 1
    other = verify(paths, jobs=1, mutants=True, seed=1)
    assert other.seed == 1
    assert without_times(other) not in texts
    (text,) = texts
    assert '"seed": 0' in text
    assert without_times(verify(paths, isolated=False, mutants=True)) == text


def test_the_order_of_files_decides_the_order_of_claims_and_nothing_else(tmp_path):
    paths = [write(tmp_path, DRAWS, "a.py"), write(tmp_path, source({"b": "pass"}), "b.py")]
    there, back = verify(paths, jobs=2), verify(paths[::-1], jobs=2)
    turned = replace(back, claims=back.claims[::-1])
    assert without_times(turned) == without_times(there)


@pytest.mark.parametrize(
    ("body", "reproducible"),
    [
        ("exactly(str({'a', 'b', 'c', 'd', 'e', 'f'}), c, 1)", False),
        ("exactly(str(time.time_ns()), c, 1)", False),
        ("exactly(str(time.localtime(0)), c, 1)", False),
        ("exactly(str(os.urandom(8)), c, 1)", False),
        ("exactly(str(random.random()), c, 1)", True),
    ],
)
def test_twice_finds_what_cannot_be_reproduced(tmp_path, monkeypatch, body, reproducible):
    monkeypatch.setenv("TZ", "UTC")
    text = HEAD + (
        f"made = Claim('twice.run', 'x', 's', {{'c': 1}}, {{'c': []}})\n"
        f"@made.proof(covers='numbers')\ndef evidence(c):\n    yield {body}\n"
    )
    report = verify([write(tmp_path, text)], jobs=1, twice=True)
    (evidence,) = report.claims[0].original.evidence
    wanted = Outcome.HOLDS if reproducible else Outcome.NOT_REPRODUCIBLE
    assert evidence.outcome is wanted
    assert report.exit_status() == (0 if reproducible else 3)


@pytest.mark.parametrize(
    "limits",
    [
        {"jobs": 0},
        {"jobs": -1},
        {"jobs": 10**6},
        {"timeout": 0.0},
        {"timeout": -1.0},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"memory": 0},
        {"memory": 100},
        {"memory": 10**9},
        {"seed": -1},
        {"seed": 2**32},
    ],
)
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(InvalidInput, match=f"--{next(iter(limits))}"):
        verify(**limits)


@posix
def test_too_little_memory_for_the_library_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_SMALLEST_MEMORY", 1)
    with pytest.raises(Unable, match=r"cannot be started: .*--memory is 60 MiB"):
        verify([write(tmp_path, source({"x": "pass"}))], memory=60, jobs=1)


# The program as a whole


def program(*arguments: str, cache: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ntkproofs.cli", "verify", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "100", "XDG_CACHE_HOME": str(cache)},
    )


def slow_claims(folder: Path, count: int = 40, held: int = 20) -> Path:
    """Claims that take a moment each, and say in a file of their own that they ran.

    From ``held`` on they wait for a file beside them, ``end``.
    """
    ran = folder / "ran"
    ran.mkdir()
    wait = f"\n    while not os.path.exists({str(folder / 'end')!r}): time.sleep(0.05)"
    bodies = {
        f"slow{i}": f"os.close(os.open({str(ran / str(i))!r}, os.O_CREAT | os.O_WRONLY)); "
        f"time.sleep(0.1){wait if i >= held else ''}"
        for i in range(count)
    }
    return write(folder, source(bodies))


def wait_until(condition) -> None:
    until = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


def processes_with(text: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        found += [folder.name] if text.encode() in environment else []
    return found


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_killed_loses_nothing_that_was_finished(tmp_path, number):
    cache = tmp_path / "cache"
    path = slow_claims(tmp_path)
    target = tmp_path / "report.json"
    run = program(str(path), "--jobs", "2", "--json", str(target), cache=cache)
    wait_until(lambda: len(list((tmp_path / "ran").iterdir())) >= 10)
    run.send_signal(number)
    output, errors = run.communicate(timeout=240)
    assert run.returncode == (130 if number == signal.SIGINT else -number)
    if number == signal.SIGINT:
        assert b"proved" in output
        assert b"Interrupted: " in errors
        assert errors.count(b"\n") == 1
    assert not target.exists()
    wait_until(lambda: not processes_with(str(cache)))
    (tmp_path / "end").touch()
    again = program(str(path), "--jobs", "2", cache=cache)
    output, errors = again.communicate(timeout=240)
    assert (again.returncode, errors) == (0, b"")
    assert b"40 claims: 40 proved" in output
    taken = int(output.split(b" of 40 results taken from the store")[0].split()[-1])
    assert 7 <= taken <= 20
