"""``spectrum --plot``: formats, and what is refused."""

import os
import subprocess
import sys

import pytest

from ._claims import NTK_3, spectrum


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("PDF", b"%PDF")],
)
def test_plot_writes_the_format_of_the_suffix(tmp_path, suffix, start):
    target = tmp_path / f"picture.{suffix}"
    result = spectrum(*NTK_3, "--degrees", "0:20", "--plot", str(target))
    assert result.exit_code == 0, result.output
    assert target.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [target.name]
    assert "0.930251931642307" in result.stdout


@pytest.mark.parametrize(
    ("degrees", "file", "words"),
    [
        ("0:20", "picture.jpg", "png, svg, pdf"),
        ("0:20", "picture", "png, svg, pdf"),
        ("0:20", "no/picture.png", "there is no folder"),
        ("0:20", "", "it is a folder"),
        ("7", "picture.png", "two degrees"),
        ("0,7", "picture.png", "two degrees"),
    ],
)
def test_plot_refuses_before_the_work(tmp_path, monkeypatch, degrees, file, words):
    import ntkproofs.reports.spectrum

    monkeypatch.setattr(
        ntkproofs.reports.spectrum, "eigenvalues", lambda *_, **__: pytest.fail("too late")
    )
    result = spectrum(*NTK_3, "--degrees", degrees, "--plot", str(tmp_path / file))
    assert result.exit_code == 2
    assert result.stderr.startswith("InvalidInput: ")
    assert words in result.stderr
    assert os.listdir(tmp_path) == []


def test_plot_of_zeros_only_is_refused(tmp_path):
    result = spectrum(
        *("--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "3:9:2"),
        *("--plot", str(tmp_path / "p.png")),
    )
    assert result.exit_code == 2
    assert "two eigenvalues that are not zero" in result.stderr
    assert os.listdir(tmp_path) == []


def test_plot_without_matplotlib_says_what_to_install(tmp_path):
    code = f"""
import sys
sys.modules["matplotlib"] = None
sys.argv = ["ntkproofs", "spectrum", *{NTK_3!r}, "--degrees", "0:20", "--plot", "p.png"]
from ntkproofs.cli import main
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path, text=True
    )
    assert result.returncode == 3
    assert result.stdout == ""
    assert result.stderr.startswith("MissingPackage: ")
    assert 'pip install "ntkproofs[plots]"' in result.stderr
