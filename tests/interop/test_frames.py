"""Data frames of results."""

import numpy as np

import ntkproofs as nt
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.report import Report
from ntkproofs.claims.verdict import ClaimResult, MutantResults, StatementResult, Verdict
from ntkproofs.interop import report_frame, spectrum_frame


def test_a_spectrum_with_what_it_depends_on():
    frame = spectrum_frame(nt.ntk(3), 10, [0, 2, 60])
    assert frame["degree"].tolist() == [0, 2, 60]
    assert frame["multiplicity"].tolist()[1:] == [54, nt.harmonic_dimension(10, 60)]
    assert (frame["eigenvalue"] == nt.eigenvalues(nt.ntk(3), 10, [0, 2, 60])).all()
    assert frame.attrs["kernel"] == "ntk(depth=3)"
    assert frame.attrs["dim"] == 10
    assert {"ntkproofs", "numpy", "conventions"} <= set(frame.attrs["environment"])


def test_enclosures_are_two_columns():
    frame = spectrum_frame(nt.ntk(2), 3, range(4), digits=8)
    exact = [float(nt.exact_eigenvalue(nt.ntk(2), 3, degree)) for degree in range(4)]
    assert (frame["lower"] <= exact).all()
    assert (frame["upper"] >= exact).all()
    assert (frame["upper"] - frame["lower"] <= 1e-8 * np.abs(exact) + 1e-300).all()
    wide = spectrum_frame(nt.nngp(2), 3, 0, digits=30)
    assert np.nextafter(wide.loc[0, "lower"], 1) >= wide.loc[0, "upper"]


def test_a_report_by_claims():
    proved = StatementResult("x", Verdict.PROVED, Grade.PROVED, ())
    fallen = StatementResult("x", Verdict.REFUTED, Grade.CERTIFIED, ())
    undecided = StatementResult("x", Verdict.UNDECIDED, None, ())
    claims = (
        ClaimResult("a", "s", "", proved),
        ClaimResult("b", "s", "", fallen, proved, mutants=MutantResults(3, ("c",))),
        ClaimResult("c", "s", "", undecided),
    )
    frame = report_frame(Report(claims, seed=7))
    assert frame["verdict"].tolist() == ["proved", "refuted", "undecided"]
    assert frame["grade"].tolist() == ["proved", "certified", None]
    assert frame["amended"].tolist() == [None, "proved", None]
    assert frame["mutants_killed"].tolist() == [None, 2, None]
    assert frame.attrs["seed"] == 7
    assert len(report_frame(Report(()))) == 0
