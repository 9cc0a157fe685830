"""``spectrum``: what it prints, and what it refuses."""

import json
from fractions import Fraction

import pytest

from ntkproofs.commands.spectrum import parse_degrees
from ntkproofs.errors import InvalidInput

from ._claims import spectrum


def test_spectrum_prints_eigenvalues_with_their_conventions():
    result = spectrum("--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "0:4")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[-5:]]
    assert rows == [
        ["0", "1", "0.5"],
        ["1", "3", "0.333333333333333"],
        ["2", "5", "0.078125"],
        ["3", "7", "0"],
        ["4", "9", "0.00520833333333333"],
    ]
    for words in ("uniform probability measure", "S^(d-1)", "k(u) = Θ₂(u)", "weight variance 2"):
        assert words in result.stdout, words


def test_spectrum_in_balls_prints_a_radius_that_covers_the_truth(tmp_path):
    target = tmp_path / "s.json"
    result = spectrum(
        *("--kernel", "ntk", "--depth", "2", "--dim", "3"),
        *("--degrees", "1,2,3,4", "--digits", "25", "--json", str(target)),
    )
    assert result.exit_code == 0
    data = json.loads(target.read_text("utf-8"))
    truth = [Fraction(1, 3), Fraction(5, 64), 0, Fraction(1, 192)]
    for entry, exact in zip(data["eigenvalues"], truth, strict=True):
        radius = Fraction(entry["radius"])
        assert abs(Fraction(entry["value"]) - exact) <= radius <= Fraction(exact) / 10**24
        assert entry["value"] in result.stdout
    assert [entry["dimension"] for entry in data["eigenvalues"]] == [3, 5, 7, 9]
    assert data["digits"] == 25


@pytest.mark.parametrize(
    "options",
    [
        ["--kernel", "arccosine", "--order", "1"],
        ["--kernel", "nngp", "--depth", "3"],
        ["--kernel", "ntk", "--depth", "3", "--weight-variance", "1/3", "--bias-variance", "0.1"],
        ["--kernel", "eoc", "--depth", "3", "--a", "-1", "--b", "1/2"],
        ["--kernel", "deep_narrow", "--rho", "1", "--beta", "1"],
        ["--kernel", "residual", "--depth", "2", "--alpha", "1/2"],
    ],
)
def test_spectrum_knows_every_kernel(options):
    result = spectrum(*options, "--dim", "3", "--degrees", "2")
    assert result.exit_code == 0, result.output
    assert float(result.stdout.split()[-1]) > 0


def test_spectrum_reads_decimals_exactly(tmp_path):
    target = tmp_path / "s.json"
    spectrum(
        *("--kernel", "nngp", "--depth", "2", "--bias-variance", "0.1"),
        *("--dim", "3", "--degrees", "0", "--json", str(target)),
    )
    assert "bias_variance=1/10" in json.loads(target.read_text())["kernel"]["name"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--kernel", "ntk"], "--depth missing"),
        (["--kernel", "ntk", "--depth", "2", "--order", "1"], "--order given"),
        (["--kernel", "eoc", "--depth", "2", "--a", "1"], "--b missing"),
        (["--kernel", "ntk", "--depth", "0"], "depth is an integer >= 1"),
        (["--kernel", "ntk", "--depth", "2", "--digits", "0"], "digits is an integer >= 1"),
        (["--kernel", "ntk", "--depth", "2", "--weight-variance", "0"], "weight_variance is > 0"),
    ],
)
def test_spectrum_refuses_what_has_no_meaning(options, words):
    result = spectrum(*options, "--dim", "3", "--degrees", "1")
    assert result.exit_code == 2
    assert result.stderr.startswith("InvalidInput: ")
    assert words in result.stderr


def test_spectrum_refuses_what_is_no_number():
    result = spectrum("--kernel", "eoc", "--depth", "2", "--a", "x", "--b", "1/0", "--dim", "3")
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("7", [7]),
        ("0,2,4", [0, 2, 4]),
        ("0:3", [0, 1, 2, 3]),
        ("0:10:5", [0, 5, 10]),
        ("0:9:5", [0, 5]),
        ("3:3", [3]),
        ("4,0:4:2,1", [4, 0, 2, 1]),
        (" 1 , 2 : 3 ", [1, 2, 3]),
    ],
)
def test_degrees(text, degrees):
    assert parse_degrees(text) == degrees


@pytest.mark.parametrize(
    "text",
    ["", "a", "1.5", "-1", "5:1", "0:4:0", "0:4:-1", "0:1:1:1", "1,,2", ":", "0:", "0:10000000000"],
)
def test_degrees_refused(text):
    with pytest.raises(InvalidInput, match="--degrees"):
        parse_degrees(text)
