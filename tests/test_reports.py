"""Reports: JSON against its schema, files written whole or not at all, text that stays text."""

import io
import json
import os
import stat
import sys
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import sympy as sp
from rich.console import Console

from ntkproofs.claims import Claim, Theorem, exactly, sample
from ntkproofs.claims.loading import Problem
from ntkproofs.claims.report import Report, Silence, verify
from ntkproofs.claims.runner import verify_claim
from ntkproofs.errors import InvalidInput
from ntkproofs.files import require_writable, shown_path
from ntkproofs.reports.json_report import environment, report_to_json, schema, write_json
from ntkproofs.reports.readable import plain, readable
from ntkproofs.reports.terminal import TerminalProgress, print_axioms, print_report

HOSTILE = "[red]a[/red] [/] [link=x]y :100: \x1b[31m \u202e [bold"
THEOREM = Theorem("a [bold]theorem", "x [/] y", "a [red]book")


def claim(id: str = "small.claim", right=4, **changes) -> Claim:
    """A claim c = 4 in two constants; false for c = 3, where the witness is what is given."""
    witness = changes.pop("witness", {"d": 2, "degree": 3})
    fields = {"statement": r"c = 4", "source": "s", "constants": {"c": right}, "mutants": {}}
    made = Claim(id=id, **{**fields, **changes})

    @made.proof(relies_on=[THEOREM], covers="it is one number")
    def compare(c):
        """Compares."""
        yield exactly("c against 4", c, 4, witness=witness)

    return made


def crashing_claim() -> Claim:
    made = Claim("small.crash", "x", "s", {}, {})

    @made.proof()
    def raises():
        raise ValueError(HOSTILE)
        yield

    return made


def undecided_claim() -> Claim:
    made = Claim("small.open", "x", "s", {}, {}, parameters="all x")

    @made.search(on="one point", part="half")
    def look():
        yield sample("x", False)

    return made


def report_of(*claims: Claim, problems=(), mutants: bool = True) -> Report:
    return Report(tuple(verify_claim(c, mutants=mutants) for c in claims), tuple(problems))


def every_outcome() -> Report:
    """Proved, refuted with amendment, reading and mutants, crashed, undecided, vacuous; problem."""
    false = claim("small.false", 3)
    false.amend("c = 4", c=4, mutants={"c": [5]})
    false.reading("as 2 + 2", "2 + 2 = 4", c=4)
    problem = Problem(Path("no") / "file.py", HOSTILE)
    true = claim("small.true", mutants={"c": [5, 6]})
    vacuous = claim("small.vacuous", mutants={"c": []})
    claims = (true, false, vacuous, crashing_claim(), undecided_claim())
    return report_of(*claims, problems=[problem])


def validated(report: Report) -> dict:
    data = json.loads(json.dumps(report_to_json(report), allow_nan=False))
    jsonschema.Draft202012Validator(schema()).validate(data)
    return data


def shown(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_report(console, report)
    return console.file.getvalue()


# JSON


def test_the_schema_is_a_schema_and_strict():
    jsonschema.Draft202012Validator.check_schema(schema())
    data = validated(every_outcome())
    for spoil in (
        lambda d: d.update(more=1),
        lambda d: d["claims"][0].update(more=1),
        lambda d: d["claims"][0].update(verdict="true"),
        lambda d: d["claims"][0].pop("witness"),
        lambda d: d["claims"][0]["evidence"][0]["counts"].pop("crashed"),
        lambda d: d["claims"][1]["witness"].update(d={}),
        lambda d: d.update(schema=2),
    ):
        copy = json.loads(json.dumps(data))
        spoil(copy)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema()).validate(copy)


def test_json_of_every_outcome():
    data = validated(every_outcome())
    true, false, vacuous, crash, open_ = data["claims"]
    assert [c["verdict"] for c in data["claims"]] == [
        *("proved", "refuted", "undecided", "undecided", "undecided")
    ]
    assert true["grade"] == "proved"
    assert true["witness"] is None
    assert true["relies_on"] == [
        {"name": THEOREM.name, "statement": THEOREM.statement, "source": THEOREM.source}
    ]
    assert true["mutants"] == {"killed": 2, "total": 2, "alive": []}
    assert false["witness"] == {
        **{"fails": "c against 4", "d": 2, "degree": 3, "left": "3", "right": "4"}
    }
    assert false["amended"]["verdict"] == "proved"
    assert false["readings"]["as 2 + 2"]["verdict"] == "proved"
    assert false["evidence"][0]["counts"] == {
        **{"true": 0, "false": 1, "undecided": 0, "skipped": 0, "crashed": 0}
    }
    assert vacuous["evidence"][0]["outcome"] == "vacuous"
    assert vacuous["evidence"][0]["grade"] is None
    assert crash["evidence"][0]["outcome"] == "crashed"
    assert (open_["parameters"], open_["evidence"][0]["part"]) == ("all x", "half")
    assert data["problems"] == [{"path": str(Path("no") / "file.py"), "message": HOSTILE}]


def test_without_mutants_there_are_none_in_the_report():
    assert validated(report_of(claim(), mutants=False))["claims"][0]["mutants"] is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("text", "text"),
        (3, 3),
        (0.5, 0.5),
        (np.float64(0.5), 0.5),
        (np.int64(3), 3),
        (sp.Integer(3), 3),
        (2**60, str(2**60)),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (True, "True"),
        (None, "None"),
        (Fraction(1, 3), "1/3"),
        (sp.sqrt(2), "sqrt(2)"),
        ((1, [Fraction(1, 2), "x"]), [1, ["1/2", "x"]]),
    ],
)
def test_values_of_witnesses(value, written):
    data = validated(report_of(claim(right=3, witness={"value": value})))
    found = data["claims"][0]["witness"]["value"]
    assert found == written
    assert type(found) is type(written)


def test_the_environment_names_versions_and_no_person_or_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))  # one that is in no other word, as / would be
    found = environment()
    assert found["numpy"] == np.__version__
    assert found["conventions"]["measure"] == "uniform probability measure"
    text = json.dumps(found)
    assert str(Path.home()) not in text
    assert sys.prefix not in text
    assert os.uname().nodename not in text.split()


def test_paths_below_the_working_directory_are_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "b.py") == str(Path("a") / "b.py")
    assert shown_path(tmp_path.parent / "b.py") == str(tmp_path.parent / "b.py")


# Files


def test_json_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "report.json"
    write_json(target, {"old": "ℓ"})
    assert json.loads(target.read_text("utf-8")) == {"old": "ℓ"}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InvalidInput, match="No space left"):
        write_json(target, {"new": 1})
    assert json.loads(target.read_text("utf-8")) == {"old": "ℓ"}
    assert os.listdir(tmp_path) == ["report.json"]


def test_data_that_is_no_json_leaves_the_old_file(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(target, {"x": float("nan")})
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]


@pytest.mark.parametrize("write", [lambda p: write_json(p, {}), require_writable])
def test_paths_that_cannot_be_written(tmp_path, write):
    (tmp_path / "file").write_text("")
    for target, why in (
        (tmp_path / "no" / "r.json", "there is no folder"),
        (tmp_path / "file" / "r.json", "there is no folder"),
        (tmp_path, "it is a folder"),
        (Path(os.devnull), "a device"),
    ):
        with pytest.raises(InvalidInput, match=why):
            write(target)
    assert os.listdir(tmp_path) == ["file"]
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("write", [lambda p: write_json(p, {}), require_writable])
def test_a_folder_without_permission(tmp_path, monkeypatch, write):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InvalidInput, match=r"r\.json cannot be written: Permission denied"):
        write(tmp_path / "r.json")


def test_asking_whether_a_path_is_writable_changes_nothing(tmp_path):
    require_writable(tmp_path / "report.json")
    assert os.listdir(tmp_path) == []


def test_a_new_file_has_the_permissions_of_any_new_file_and_a_link_stays_one(tmp_path):
    (tmp_path / "other").write_text("")
    (tmp_path / "link.json").symlink_to(tmp_path / "report.json")
    write_json(tmp_path / "link.json", {"a": 1})
    assert (tmp_path / "link.json").is_symlink()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "report.json")}
    assert len(modes) == 1


def test_text_that_is_no_unicode_is_escaped(tmp_path):
    write_json(tmp_path / "r.json", {"path": "a\udcff"})
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == {"path": "a\udcff"}


# The table


@pytest.mark.parametrize("width", [60, 80, 109, 110, 140])
def test_the_table_fits_and_says_everything(width):
    text = shown(every_outcome(), width)
    assert max(map(len, text.split("problem: ", maxsplit=1)[0].splitlines())) <= width
    joined = " ".join(text.split())
    for words in ("small.true", "small.false", "amended", "reading:", "crashed", "vacuous"):
        assert words in joined, words
    if width >= 80:  # narrower ones break words
        assert "refuted: d = 2, degree = 3, left = 3, right = 4: c against 4" in joined
        assert "5 claims: 1 proved, 1 refuted, 3 undecided; 1 of 1 amended" in joined
        assert "3 of 3 mutants killed" in joined


def test_the_column_of_mutants_is_there_when_they_were_run():
    without = shown(report_of(claim(), mutants=False))
    assert "grade  mutants" not in " ".join(without.split())
    assert without.count("mutants") == without.count("not tested for vacuity: --mutants does") == 1
    alive = shown(report_of(claim(mutants={"c": [5]}), undecided_claim()))
    assert "1/1" in alive


def test_a_living_mutant_is_named():
    deaf = Claim("small.deaf", "x", "s", {"c": 1}, {"c": [2]})

    @deaf.proof()
    def always(c):
        yield exactly("x", 1, 1)

    report = report_of(deaf)
    text = shown(report)
    assert "0/1" in text
    assert "alive: c = 2 (always)" in text
    assert report.exit_status(strict=True) == 1


def test_markup_and_control_characters_of_claims_stay_text():
    hostile = claim(statement=HOSTILE, right=3, witness={"[red]k": HOSTILE})
    hostile.reading(HOSTILE, HOSTILE, c=4)
    report = report_of(hostile, crashing_claim(), problems=[Problem(Path(HOSTILE), HOSTILE)])
    for width in (80, 140):
        text = shown(report, width)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert text.count("[red]a[/red] [/] [link=x]y :100:") >= 3
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    print_report(console, report)
    print_axioms(console, report.claims[0])
    text = console.file.getvalue()
    assert "a [bold]theorem" in text
    assert "x [/] y" in text
    assert "\ufffd[31m" in text


def test_an_empty_report_prints_its_problems_only():
    text = shown(Report((), (Problem(Path("a.py"), "no such file"),)))
    assert text == "problem: a.py: no such file\n"


# Verification as a whole


def test_progress_is_told_in_order(tmp_path):
    class Listener(Silence):
        def __init__(self):
            self.heard = []

        def start(self, total_claims):
            self.heard.append(total_claims)

        def claim(self, id):
            self.heard.append(id)

        def step(self, text):
            self.heard.append(text)

        def done(self, result):
            self.heard.append(result.original.verdict.value)

    file = tmp_path / "claims.py"
    file.write_text(
        "from ntkproofs.claims import Claim, exactly\n"
        "c = Claim('a.b', 'x', 's', {'c': 1}, {'c': [2]})\n"
        "@c.proof(covers='one number')\ndef look_here(c):\n    yield exactly('x', c, 1)\n"
    )
    listener = Listener()
    report = verify(str(file), only="a.b", mutants=True, progress=listener)
    assert listener.heard == [1, "a.b", "look here", "mutant c = 2", "proved"]
    assert report.exit_status() == 0
    told = listener.heard.copy()
    verify(str(file), isolated=False, mutants=True, progress=listener)
    assert listener.heard == 2 * told
    assert verify([file]).claims[0].id == "a.b"


def test_the_progress_bar_shows_hostile_text_as_text():
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with TerminalProgress(console) as progress:
        progress.start(1)
        progress.planned(2)
        progress.claim("small.true")
        progress.step("[red]mutant[/red] \x1b[2J")
        progress.finished()
        progress.done(verify_claim(claim()))
    text = console.file.getvalue()
    assert "small.true" in text
    assert "[red]mutant[/red] \ufffd[2J" in text
    assert "1/2" in text


def test_the_progress_bar_is_silent_without_a_terminal():
    console = Console(file=io.StringIO())
    with TerminalProgress(console) as progress:
        progress.start(1)
        progress.step("x")
    assert console.file.getvalue() == ""


# LaTeX in a terminal


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$\mu_\ell \sim C\,\ell^{-p}, \quad p = d + 1$", "μ_ℓ ∼ C ℓ^(-p), p = d + 1"),
        (r"odd degrees >= 3: \mu_\ell = 0", "odd degrees >= 3: μ_ℓ = 0"),
        (r"2^{d-1}x", "2^(d-1)x"),
        (r"x^2 + x^{-12} + x_{10} + \kappa_1", "x² + x⁻¹² + x₁₀ + κ₁"),
        (r"\lambda_{\min}(K) \le \lambda_{ij}y_iz", "λ_min(K) ≤ λ_ij y_i z"),
        (r"\frac{a+b}{2\pi}x, \tfrac12", "((a+b)/(2π))x, 1/2"),
        (r"\frac{1}{2}\Theta", "(1/2)Θ"),
        (r"\frac1\pi\left(u\right), \varrho^{(k-1)}", "(1/π)(u), ϱ^(k-1)"),
        (r"k_i^2, A_13 + 10^-60 + x_ 1", "k_i², A₁₃ + 10⁻⁶⁰ + x₁"),
        (r"\bigotimes_{i=1}^d", "⊗_(i=1)^d"),
        (r"\sqrt{1-u^2} + \sqrt2 + \sqrt[3]{x}", "√(1-u²) + √2 + ³√x"),
        (r"n\log n \arccos\theta", "n log n arccos θ"),
        (r"\left\| x \right\|^2 \left( a \right.", "‖ x ‖² ( a"),
        (r"\mathbb{R}^d, \mathrm{dn}, \hat{k}", "ℝ^d, dn, k\u0302"),
        (r"\binom{n}{k} \pmod{N} \bmod 2", "C(n, k) (mod N) mod 2"),
        (r"f'(x)\,x^\prime\,90^\circ", "f'(x) x′ 90°"),
        ("weight_variance and S^(d-1)", "weight_variance and S^(d-1)"),
        (r"λ_max(Θ_L) - \lambda_max, p_value, y_iz", "λ_max(Θ_L) - λ_max, p_value, y_i z"),
        (r"\unknown{x^2}{y} z", r"\unknown{x²}{y} z"),
        (r"50\% \$5 a\_b \{x\}", "50% $5 a_b {x}"),
        # Beyond the converter: as it was written.
        ("a}b", "a}b"),
        (r"\frac{1}", r"\frac{1}"),
        ("{x", "{x"),
        (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"),
        ("\\", "\\"),
        ("x^", "x^"),
        ("", ""),
    ],
)
def test_latex_in_a_terminal(latex, text):
    assert readable(latex) == text


def test_deep_nesting_is_no_reason_to_crash():
    assert readable("{" * 20_000 + "x" + "}" * 20_000).count("{") == 20_000


def test_plain_text_is_one_line_without_control_characters():
    assert plain("a\n\tb\x00\x1b\u200b") == "a b" + "\N{REPLACEMENT CHARACTER}" * 3
