"""Evidence on a cluster: the same report, whatever dies on the way."""

import json
import os
import socket
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ntkproofs
from ntkproofs import cli
from ntkproofs.claims.dependencies import digest
from ntkproofs.claims.progress import Silence
from ntkproofs.claims.report import verify
from ntkproofs.claims.verdict import Verdict
from ntkproofs.claims.workers import Limits
from ntkproofs.cluster import bundles, connection, serving
from ntkproofs.cluster.bundles import Bundle, place
from ntkproofs.cluster.evidence import ClusterPool
from ntkproofs.cluster.executor import ClusterExecutor, Waits
from ntkproofs.cluster.sameness import stamp
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.reports.json_report import report_to_json

HEAD = """
import os, random, time
from pathlib import Path
import numpy as np
from ntkproofs.claims import Claim, exactly
"""
CLAIMS = (
    HEAD
    + """
draws = Claim("cluster.draws", "x", "s", {"c": 1}, {"c": [2]})

@draws.proof(covers="numbers")
def draw(c):
    yield exactly(f"{random.random()} {np.random.rand()} {sorted({'a', 'b'})} {__file__}", c, 1)

falls = Claim("cluster.falls", "1 + 1 = c", "s", {"c": 3}, {"c": [4]})

@falls.proof(covers="a sum")
def add(c):
    yield exactly("the sum", 1 + 1, c, witness={"n": 1})

falls.amend("1 + 1 = 2", c=2, mutants={"c": [3]})

bad = Claim("cluster.bad", "x", "s", {"c": 1}, {"c": []})

@bad.proof()
def dies(c):
    os._exit(7)
    yield exactly("x", c, 1)

@bad.proof()
def hangs(c):
    time.sleep(600)
    yield exactly("x", c, 1)
"""
)


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


class Then(Silence):
    """Does something once, when so many results are there."""

    def __init__(self, count, action):
        self.count, self.action = count, action

    def finished(self):
        self.count -= 1
        if self.count == 0:
            self.action()


def slow_claim(folder: Path, count: int = 8, held: int = 8) -> Path:
    """A claim with pieces of evidence that take a moment each; from ``held`` on they wait for a
    file beside it, ``end``.
    """
    wait = f"    while not os.path.exists({str(folder / 'end')!r}): time.sleep(0.05)\n"
    pieces = (
        f"@made.proof(covers='numbers')\ndef piece{i}(c):\n    time.sleep(0.3)\n"
        f"{wait if i >= held else ''}    yield exactly('piece {i}', c, 1)\n"
        for i in range(count)
    )
    return write(
        folder,
        HEAD + "made = Claim('cluster.slow', 'x', 's', {'c': 1}, {'c': []})\n" + "".join(pieces),
    )


def test_the_report_is_that_of_local_processes(tmp_path, address):
    path = write(tmp_path, CLAIMS)
    found = verify([path], mutants=True, cluster=address, timeout=20)
    local = verify([path], mutants=True, jobs=2, timeout=20)
    assert without_times(found) == without_times(local)
    assert [claim.original.verdict for claim in found.claims] == [
        Verdict.PROVED,
        Verdict.REFUTED,
        Verdict.UNDECIDED,
    ]
    details = [item.detail for item in found.claims[2].original.evidence]
    assert details == ["exited with status 7", "ran out of time: 20 s; raise --timeout"]
    assert found.claims[1].amended.verdict is Verdict.PROVED


def test_a_worker_that_is_killed_loses_nothing_and_changes_nothing(tmp_path, kill_worker, address):
    path = slow_claim(tmp_path)
    found = verify([path], cluster=address, progress=Then(1, kill_worker))
    assert len(kill_worker.killed) == 1
    assert without_times(found) == without_times(verify([path], jobs=2))
    assert found.claims[0].original.verdict is Verdict.PROVED


def test_a_lost_scheduler_is_told_and_a_second_run_takes_what_was_finished(tmp_path, mortal):
    path, store = slow_claim(tmp_path, held=4), tmp_path / "store"
    address, scheduler = mortal
    with pytest.raises(Unable, match=rf"(?s)scheduler at {address} is gone.*--cluster"):
        verify([path], cluster=address, store=store, progress=Then(3, scheduler.kill))
    (tmp_path / "end").touch()
    again = verify([path], jobs=2, store=store)
    assert 3 <= again.stored < again.results == 8
    assert again.claims[0].original.verdict is Verdict.PROVED


# Files


class Inline:
    """Stands for the executor: every request is served here, in a mirror as on another machine."""

    is_watched = True

    def __init__(self, scratch: Path) -> None:
        self.scratch, self.sent = str(scratch), []

    def keep(self, value):
        self.sent.append(sorted(value["files"]))
        return value

    def send(self, fn, bundle, request, how, priority):
        done: Future = Future()
        done.set_result(serving.serve(bundle, request, how, self.scratch))
        return done


HELPED = (
    HEAD
    + """
import sys
sys.path.insert(0, os.path.dirname(__file__))
import helper
made = Claim("cluster.helped", "x", "s", {"c": 3}, {"c": []})

@made.proof(covers="numbers")
def evidence(c):
    first = int((Path(__file__).parent / "data" / "one.txt").read_text())
    second = int(open("two.txt").read())
    made = Path(__file__).parent / "scratch.txt"
    made.write_text("0")
    yield exactly("the sum", first + second + helper.ZERO + int(made.read_text()), c)
"""
)


def ask(path: Path, executor, **changes):
    pool = ClusterPool(Limits(1, 30, 2048), executor)
    request = {"do": "run", "path": str(path), "digest": digest(str(path)), "seed": 0}
    request |= {"claim": "cluster.helped", "position": 0, "evidence": "evidence"}
    pool.submit({**request, "variant": ["original", "", "", 0], **changes})
    return pool.next()


def elsewhere(monkeypatch):
    """As on a machine that shares no disk with this one."""
    monkeypatch.setattr(bundles, "lies_here", lambda *_: False)


def test_files_that_evidence_reads_are_sent_when_they_turn_out_to_be_needed(tmp_path, monkeypatch):
    mine, there, working = (tmp_path / name for name in ("mine", "there", "working"))
    for folder in (mine, there, working, mine / "data"):
        folder.mkdir()
    path = write(mine, HELPED)
    write(mine, "ZERO = 0\n", "helper.py")
    write(mine / "data", "1", "one.txt")
    write(working, "2", "two.txt")
    monkeypatch.chdir(working)
    elsewhere(monkeypatch)
    executor = Inline(there)
    reply = ask(path, executor)
    assert reply.failure == ""
    assert reply.data["result"]["outcome"] == "holds"
    assert [len(names) for names in executor.sent] == [2, 3, 4]
    read = reply.data["files"]
    for name in (path, mine / "helper.py", mine / "data" / "one.txt", working / "two.txt"):
        assert read[str(name)] == digest(str(name))
    assert not [name for name in read if name.startswith(str(there))]
    (mine / "data" / "one.txt").unlink()
    reply = ask(path, Inline(there))
    assert "No such file" in reply.data["result"]["detail"]
    assert str(there) not in json.dumps(reply.data)


def test_a_file_that_differs_there_is_no_evidence_here(tmp_path, monkeypatch):
    data = write(tmp_path, "3", "absolute.txt")
    text = HEAD + (
        f'made = Claim("cluster.helped", "x", "s", {{"c": 3}}, {{"c": []}})\n'
        f'@made.proof(covers="numbers")\ndef evidence(c):\n'
        f"    yield exactly('the file', int(open({str(data)!r}).read()), c)\n"
    )
    path = write(tmp_path, text)

    class Changed(Inline):
        def send(self, *args, **kwargs):
            data.write_text("4")
            sent = super().send(*args, **kwargs)
            data.write_text("3")
            return sent

    elsewhere(monkeypatch)
    (tmp_path / "there").mkdir()
    os.utime(data)
    monkeypatch.setattr(serving, "made_meanwhile", lambda *_: False)
    reply = ask(path, Changed(tmp_path / "there"))
    assert reply.data == {}
    assert f"it read {data}, which is not the same on a worker" in reply.failure


def test_files_are_run_where_they_lie_only_if_all_are_the_same(tmp_path):
    path = write(tmp_path, "x = 1\n")
    write(tmp_path, "y = 1\n", "helper.py")
    bundle = Bundle.beside(str(path), str(tmp_path))
    assert place(bundle.to_data(), str(tmp_path / "there")).root == ""
    write(tmp_path, "y = 2\n", "helper.py")
    placed = place(bundle.to_data(), str(tmp_path / "there"))
    mirrored = Path(placed.there(str(tmp_path / "helper.py")))
    assert mirrored.read_text() == "y = 1\n"
    assert placed.back(str(mirrored)) == str(tmp_path / "helper.py")
    assert placed.retold({"a": [f"in {mirrored}"]}) == {"a": [f"in {tmp_path / 'helper.py'}"]}


def test_too_many_bytes_are_not_sent(tmp_path, monkeypatch):
    path = write(tmp_path, CLAIMS)
    monkeypatch.setattr(bundles, "MOST_BYTES", 100)
    with pytest.raises(Unable, match="Up to 100 bytes are sent"):
        Bundle.beside(str(path), str(tmp_path))


# Clusters that are none


@pytest.mark.parametrize(
    "address", ["", "host", "host:8786", "tcp://host", "tcp://host:0", "tcp://h:99999", "ftp://h:1"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InvalidInput, match=r"tcp://HOST:PORT"):
        verify(cluster=address)


def test_contradictions_are_refused():
    with pytest.raises(InvalidInput, match="Leave --jobs out"):
        verify(cluster="tcp://127.0.0.1:8786", jobs=2)
    with pytest.raises(InvalidInput, match="isolated"):
        verify(cluster="tcp://127.0.0.1:8786", isolated=False)


@pytest.mark.parametrize("listens", [False, True])
def test_where_no_scheduler_answers_the_wait_ends(monkeypatch, listens):
    """Nobody listens; or something takes the connection and says nothing."""
    monkeypatch.setattr(connection, "USUAL", Waits(0.5, 1.0, 1.0))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # held to the end, so that nobody else listens there
        if listens:
            server.listen()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        result = CliRunner().invoke(cli.app, ["verify", "--no-store", "--cluster", address])
    assert result.exit_code == 3
    assert f"Unable: No Dask scheduler answers at {address} within 0.5 s" in result.output


def test_a_cluster_without_workers_is_told(monkeypatch, tmp_path):
    from distributed import LocalCluster

    monkeypatch.setattr(connection, "USUAL", Waits(60.0, 0.5, 60.0))
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", silence_logs=50) as empty,
        pytest.raises(Unable, match="has no worker, and none came within"),
    ):
        verify([slow_claim(tmp_path)], cluster=empty.scheduler_address)


def test_workers_of_other_versions_are_refused(monkeypatch, address, tmp_path):
    stamp()  # a process keeps the first: it is not to be that of 9.9, for the tests after this
    monkeypatch.setattr(ntkproofs, "__version__", "9.9")
    with pytest.raises(Unable, match=r"other versions .* ntkproofs is 9\.9 here and 0"):
        verify([slow_claim(tmp_path)], cluster=address)


def test_a_worker_that_joins_late_with_other_versions_is_refused(monkeypatch, address):
    monkeypatch.setattr("ntkproofs.cluster.executor.stamp", lambda: "another")
    with connection.connected(address) as executor:
        assert isinstance(executor, ClusterExecutor)
        error = executor.submit(abs, -1).exception(200)
    assert isinstance(error, Unable)
    assert "other versions" in str(error)


def test_without_dask_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingPackage, match=r"ntkproofs\[cluster\]"):
        verify(cluster="auto")


def test_evidence_that_is_given_up_by_the_scheduler_is_a_crash(tmp_path):
    from ntkproofs.cluster.executor import TaskDied

    class Dies(Inline):
        def send(self, *_, **__):
            done: Future = Future()
            done.set_exception(TaskDied("its worker died"))
            return done

    path = write(tmp_path, CLAIMS)
    reply = ask(path, Dies(tmp_path))
    assert (reply.failure, reply.data) == ("its worker died", {})
