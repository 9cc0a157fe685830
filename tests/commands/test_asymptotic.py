"""``spectrum --asymptotic``: laws of decay, and series beside eigenvalues."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from ntkproofs.errors import Unable

from ._claims import NTK_3, spectrum


def asymptotics_as_json(folder: Path, *arguments: str):
    target = folder / "s.json"
    result = spectrum(*arguments, "--asymptotic", "--json", str(target))
    return result, json.loads(target.read_text("utf-8"))


def test_asymptotic_prints_the_law_of_each_parity_and_the_series_beside_eigenvalues(tmp_path):
    result, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "0,40,41")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "even degrees μ_ℓ ∼ 7/(4 π) ℓ⁻³, C = 0.557042300822 (exact)" in words
    assert "odd degrees μ_ℓ ∼ 5/(4 π) ℓ⁻³, C = 0.39788735773 (exact)" in words
    for word in ("hypotheses", "relies on", "Funk-Hecke formula", "estimates the error"):
        assert word in words
    even, odd = data["asymptotics"]["even"], data["asymptotics"]["odd"]
    assert (even["exponent"], even["exact_coefficient"]) == ("3", "7/(4*pi)")
    assert odd["coefficient"] == pytest.approx(0.397887357729738)
    assert len(data["asymptotics"]["relies_on"]) == 3
    start, *rest = data["eigenvalues"]
    assert start["series"] is None
    for entry in rest:
        series = entry["series"]
        assert series["value"] == pytest.approx(entry["value"], rel=1e-12)
        assert 0 < series["estimated_error"] < 1e-15 * entry["value"]
        assert f"{series['estimated_error']:.1e}" in result.stdout


def test_asymptotic_in_balls_shows_the_digits_that_the_error_leaves(tmp_path):
    _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "100", "--digits", "30")
    (entry,) = data["eigenvalues"]
    distance = abs(Fraction(entry["series"]["value"]) - Fraction(entry["value"]))
    assert 0 < distance < Fraction(entry["series"]["estimated_error"]) * 2
    assert distance < Fraction(entry["value"]) / 10**20


def test_few_terms_are_worth_less(tmp_path):
    values = {}
    for terms in ("1", "3"):
        _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "30", "--terms", terms)
        (entry,) = data["eigenvalues"]
        assert entry["series"]["terms"] == int(terms)
        values[terms] = abs(entry["series"]["value"] / entry["value"] - 1)
    assert 1e-4 < values["1"] < 1e-1
    assert values["3"] < 1e-3 * values["1"]


def test_asymptotic_says_from_where_on_a_parity_vanishes(tmp_path):
    result, data = asymptotics_as_json(
        tmp_path, "--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "1,2,3,4"
    )
    assert "μ_ℓ = 0 for odd ℓ >= 3" in " ".join(result.stdout.split())
    odd = data["asymptotics"]["odd"]
    assert (odd["zero_from"], odd["exponent"], odd["coefficient"]) == (3, None, None)
    assert data["eigenvalues"][0]["series"] is None
    assert data["asymptotics"]["even"]["zero_from"] is None


def test_series_are_not_summed_where_they_have_no_digit_right(tmp_path):
    _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "1:12")
    series = [entry["series"] for entry in data["eigenvalues"]]
    assert series[0] is None
    assert None not in series[7:]
    for entry in data["eigenvalues"]:
        if entry["series"] is None:
            continue
        distance = abs(entry["series"]["value"] - entry["value"])
        assert distance < 3 * entry["series"]["estimated_error"], entry["degree"]


def test_without_asymptotic_there_is_no_law(tmp_path):
    target = tmp_path / "s.json"
    result = spectrum(*NTK_3, "--degrees", "1", "--json", str(target))
    assert "∼" not in result.stdout
    data = json.loads(target.read_text("utf-8"))
    assert data["asymptotics"] is None
    assert data["eigenvalues"][0]["series"] is None
    assert spectrum(*NTK_3, "--degrees", "1", "--terms", "3").exit_code == 2


def test_a_law_that_cannot_be_had_is_said_and_exits_with_3(tmp_path, monkeypatch):
    from ntkproofs.reports import laws

    def unable(*_):
        raise Unable("no law today")

    monkeypatch.setattr(laws, "asymptotics", unable)
    result, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "2")
    assert result.exit_code == 3
    assert "no law today" in result.stdout
    assert "0.107367571280238" in result.stdout
    assert data["asymptotics"] == {"problem": "no law today"}


def test_a_linear_kernel_vanishes_beyond_degree_1(tmp_path):
    result, data = asymptotics_as_json(
        tmp_path, "--kernel", "ntk", "--depth", "1", "--dim", "3", "--degrees", "1,2"
    )
    assert result.exit_code == 0
    found = data["asymptotics"]
    assert (found["even"]["zero_from"], found["odd"]["zero_from"]) == (0, 3)
