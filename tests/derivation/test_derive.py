"""The command ``derive``."""

import dataclasses
import re

import pytest
from typer.testing import CliRunner

from ntkproofs.cli import app
from ntkproofs.commands import derive as command
from ntkproofs.derivation.written import Paragraph, Words, Written
from ntkproofs.errors import NtkproofsError
from ntkproofs.reports.derivations.html import page
from ntkproofs.reports.derivations.tex import tex

from ._output import HARMONICS, HOSTILE, LONG


class _Fake:
    """A derivation that is written already, or fails."""

    def __init__(self, written: Written, error: NtkproofsError | None = None) -> None:
        self.id, self.title = written.id, written.title
        self._written, self._error = written, error

    def written(self) -> Written:
        if self._error is not None:
            raise self._error
        return self._written


@pytest.fixture
def known(monkeypatch):
    found = [_Fake(HARMONICS), _Fake(LONG)]
    monkeypatch.setattr(command, "load", lambda paths: found)
    return found


def run(*arguments: object):
    return CliRunner().invoke(app, ["derive", *map(str, arguments)])


def test_derive_lists(known):
    for arguments in ((), ("--list",)):
        result = run(*arguments)
        assert result.exit_code == 0
        assert re.search(
            r"harmonic-dimension +How many spherical harmonics there are", result.output
        )


def test_derive_writes_tex_and_macros(known, tmp_path):
    folder = tmp_path / "new" / "folder"
    result = run("harmonic-dimension", "long-formulas", "--output", folder, "--macros")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in folder.iterdir()) == [
        "harmonic-dimension-macros.tex",
        "harmonic-dimension.bib",
        "harmonic-dimension.tex",
        "long-formulas-macros.tex",
        "long-formulas.tex",
    ]
    source = (folder / "harmonic-dimension.tex").read_bytes()
    assert source == tex([HARMONICS], bibliography="harmonic-dimension").encode()


def test_derive_writes_one_book(known, tmp_path):
    arguments = ("harmonic-dimension", "long-formulas", "--book", "--format", "html")
    result = run(*arguments, "--output", tmp_path)
    assert result.exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["derivations.html"]


def test_an_unknown_id_is_answered_with_near_ones(known, tmp_path):
    result = run("harmonic-dimensions", "--output", tmp_path)
    assert result.exit_code == 2
    assert "there are: harmonic-dimension." in result.stderr
    assert run(tmp_path / "no.py").exit_code == 2


def test_a_step_that_fails_writes_nothing(known, tmp_path):
    known[0] = _Fake(HARMONICS, NtkproofsError("the line 'x' does not follow"))
    result = run("long-formulas", "harmonic-dimension", "--output", tmp_path)
    assert result.exit_code == 3
    assert "the line 'x' does not follow" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_an_error(known, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    result = run("harmonic-dimension", "--output", file)
    assert result.exit_code == 2
    assert "--output is a folder" in result.stderr
    (tmp_path / "harmonic-dimension.tex").mkdir()
    result = run("harmonic-dimension", "--output", tmp_path)
    assert result.exit_code == 2
    assert "it is a folder" in result.stderr


def test_an_id_that_is_no_file_name_is_refused(known, tmp_path):
    known[0] = _Fake(HOSTILE)
    assert run(HOSTILE.id, "--output", tmp_path).exit_code == 2
    known[0] = _Fake(dataclasses.replace(HARMONICS, id=".."))
    known[1] = _Fake(dataclasses.replace(HARMONICS, id="a:b"))
    result = run("a:b", "--output", tmp_path)
    assert result.exit_code == 2
    assert "names files" in result.stderr


def test_the_bundled_derivations_are_written(tmp_path):
    result = run("harmonic-dimension", "--output", tmp_path, "--format", "html")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "harmonic-dimension.html").read_text().startswith("<!DOCTYPE html>")


def test_words_alone_make_a_document():
    written = Written("w", "Words", (), (), (Paragraph((Words("Only words."),)),), (), "w.py")
    assert "There is no displayed step." in tex([written], bibliography="b")
    assert r"\bibliography" not in tex([written], bibliography="b")
    assert "Only words." in page([written])
