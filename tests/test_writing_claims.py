"""For the writer of a claim: a starting file that runs, and a claim told in full."""

import pytest
from typer.testing import CliRunner

from ntkproofs.claims.report import verify
from ntkproofs.claims.template import new_claim
from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_starting_file_is_a_claim_that_stands_with_its_mutants_dead(tmp_path):
    answer = run("new", "claim", "smallest-eigenvalue", "--folder", tmp_path)
    assert answer.exit_code == 0
    path = tmp_path / "smallest_eigenvalue.py"
    assert str(path) in answer.stdout.replace("\n", "")
    (result,) = verify([path], mutants=True, isolated=False).claims
    assert result.id == "notebook.smallest-eigenvalue"
    assert result.original.verdict.value == "proved"
    assert (result.mutants.killed, result.mutants.total) == (3, 3)


def test_a_starting_file_never_replaces_another(tmp_path):
    path = new_claim("one", tmp_path)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match="exists already"):
        new_claim("one", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "One", "a b", "../x", "1st", "a--b", "x.y", "a\nb"])
def test_names_that_are_none(tmp_path, name):
    with pytest.raises(InvalidInput, match="lower-case words"):
        new_claim(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        new_claim("one", tmp_path / "missing")


def test_a_new_file_is_named_in_the_command_that_checks_it(tmp_path):
    answer = run("new", "claim", "one", "--folder", str(tmp_path))
    assert answer.stdout.strip().endswith(f"ntkproofs verify --mutants {tmp_path / 'one.py'}")


def test_explain_tells_everything_about_one_claim():
    answer = run("verify", "--explain", "talk.entrywise-commute", "--timeout", "600")
    assert answer.exit_code == 0
    told = " ".join(answer.stdout.split())
    for piece in (
        "talk.entrywise-commute",
        "It is false: there is a witness.",
        "48/125",
        "What stands instead",
        "Lagrange interpolation",
        "Of 1 mutants",
        "ntkproofs verify --only talk.entrywise-commute --mutants",
    ):
        assert piece in told


CITING = """
from ntkproofs.claims import Claim, Theorem, exactly

pigeons = Theorem("pigeonhole principle", "two of n + 1 share one of n holes", "folklore")
claim = Claim("my.claim", "c = 2", "notes", {"c": 3}, {})

@claim.proof(covers="one number", relies_on=[pigeons])
def compared(c):
    yield exactly("c against 2", c, 2)

claim.amend("c = 2, as it should be", c=2, mutants={"c": [3]})
"""


def test_explain_tells_a_theorem_once(tmp_path):
    file = tmp_path / "claims.py"
    file.write_text(CITING)
    told = " ".join(run("verify", file, "--explain", "my.claim").stdout.split())
    assert told.count("two of n + 1 share one of n holes") == 1
    assert "pigeonhole principle, as above." in told


def test_explaining_what_is_not_there():
    answer = run("verify", "--explain", "talk.nothing")
    assert answer.exit_code == 2
    assert "No claim has the id" in answer.stderr


def test_watch_runs_again_when_the_file_changes(tmp_path, monkeypatch):
    path = new_claim("one", tmp_path)

    def changes(*paths, **_):
        assert paths == (path,)
        path.write_text(path.read_text(encoding="utf-8").replace('"c": 2', '"c": 5'), "utf-8")
        yield {"changed"}

    monkeypatch.setattr("watchfiles.watch", changes)
    answer = run("verify", path, "--watch", "--no-store")
    assert answer.stdout.index("1 claim: 1 proved") < answer.stdout.index("1 claim: 1 refuted")
    assert answer.stderr.count("Watching for changes") == 2


def test_watching_what_is_not_there(tmp_path):
    answer = run("verify", tmp_path / "none.py", "--watch")
    assert answer.exit_code == 2
    assert "--watch needs files that exist" in answer.stderr
