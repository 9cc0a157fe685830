"""Evidence that cheats: what the engine catches, and how.

Every attack defends a false statement, c = 3 for (n+1)² = n² + c n + 1, against mutants of it. What
a claim file does besides - floats, exceptions, patches, the environment - is in
``test_claim_file_attacks.py`` and ``test_float_guard.py``. What no program can tell from honest
evidence is named ``..._which_is_inherent``.
"""

import contextlib
import dataclasses
import functools
import math
from concurrent.futures import ThreadPoolExecutor

import flint
import pytest
import sympy as sp
from flint import arb

from ntkproofs.claims import (
    Claim,
    Grade,
    Step,
    Truth,
    certify,
    equal,
    exactly,
    identity,
    less,
    premise,
    sample,
    statistic,
)
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.errors import InvalidInput

n = sp.Symbol("n")
ACCEPTED = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}


def judged(evidence, register="proof", c=3, mutants=(1, 4), **options):
    """The result, with mutants, of a claim with this evidence only."""
    claim = Claim(
        id="attack.square",
        statement="(n+1)^2 = n^2 + c n + 1",
        source="a test",
        constants={"c": c},
        mutants={"c": list(mutants)},
    )
    decorator = claim.proof() if register == "proof" else getattr(claim, register)(on="here")
    decorator(evidence)
    return verify_claim(claim, mutants=True, **options).original


def honest(c):
    return identity("the square", (n + 1) ** 2, n**2 + c * n + 1)


def accepted(evidence, register="proof", **options):
    try:
        return judged(evidence, register, **options).verdict in ACCEPTED
    except InvalidInput:
        return False


# Caught


def test_evidence_that_is_always_true_is_vacuous():
    def always(c):
        yield exactly("one is one", 1, 1)

    assert judged(always).evidence[0].outcome is Outcome.VACUOUS


def test_evidence_that_compares_a_thing_with_itself_is_vacuous():
    def itself(c):
        yield identity("itself", c * n, c * n)

    assert judged(itself).evidence[0].outcome is Outcome.VACUOUS


def test_evidence_without_a_comparison_is_a_crash():
    def nothing(c):
        yield from ()

    assert judged(nothing).evidence[0].outcome is Outcome.CRASHED


def test_a_cache_that_ignores_the_constant_makes_evidence_vacuous():
    @functools.lru_cache
    def first(_=None):
        return seen[0]

    seen = []

    def cached(c):
        seen.append(c)
        yield exactly("c", first(), 3)

    assert judged(cached).evidence[0].outcome is Outcome.VACUOUS


def test_a_bool_for_a_truth_is_a_crash():
    def floats(c):
        yield certify("a float", lambda: math.sqrt(2) ** 2 == c)

    assert judged(floats, "certificate").evidence[0].outcome is Outcome.CRASHED


def test_a_wide_ball_confirms_nothing():
    def wide(c):
        yield certify("equal", lambda: equal(arb(c, 100), arb(3)))

    assert judged(wide, "certificate").verdict is Verdict.UNDECIDED


def test_a_low_precision_makes_nothing_true_and_does_not_outlive_a_comparison():
    def low(c):
        def comparison():
            flint.ctx.prec = 2
            return less(arb(1) / 3 * c, arb(1))

        yield certify("1 < 1", comparison)

    before = flint.ctx.prec
    assert judged(low, "certificate").verdict is Verdict.UNDECIDED
    assert flint.ctx.prec == before


def test_a_sample_never_outlives_its_mutants():
    def truthy(c):
        yield sample("floats", "no")

    assert judged(truthy, "search").verdict is Verdict.UNDECIDED


def test_a_false_conclusion_in_a_premise_proves_nothing():
    def hidden(c):
        yield premise(honest(c))

    assert judged(hidden).verdict is Verdict.UNDECIDED


def test_a_step_stated_by_hand_is_refused():
    def by_hand(c):
        del c
        yield Step(Truth.TRUE, Grade.PROVED, "magic", "x")

    assert judged(by_hand).evidence[0].outcome is Outcome.CRASHED


def test_a_float_is_no_exact_number():
    with pytest.raises(InvalidInput):
        exactly("a float", 0.5, sp.Rational(1, 2))
    assert identity("a float", 0.1 * n, n / 10).truth is Truth.UNDECIDED
    assert identity("a string", "0.1*n", n / 10).truth is Truth.UNDECIDED


# Forged steps


def test_a_truth_replaced():
    def forged(c):
        step = honest(c)
        yield dataclasses.replace(step, truth=Truth.TRUE) if c == 3 else step

    assert not accepted(forged)


def test_a_grade_replaced():
    def raised(c):
        step = certify("c < 5", lambda: less(arb(c), arb(5)))
        yield dataclasses.replace(step, grade=Grade.PROVED)

    assert judged(raised, mutants=(7,)).verdict is not Verdict.PROVED


def test_a_subclass_of_step():
    class Forged(Step):
        def __post_init__(self):
            pass

    def subclass(c):
        yield Forged(Truth.TRUE if c == 3 else Truth.FALSE, Grade.PROVED, "magic", "x")

    assert not accepted(subclass)


def test_a_frozen_step_changed():
    def changed(c):
        step = honest(c)
        if c == 3:
            object.__setattr__(step, "truth", Truth.TRUE)
        yield step

    assert not accepted(changed)


def test_an_expression_whose_subtraction_lies():
    class Liar(sp.Expr):
        def __sub__(self, other):
            return sp.S.Zero

    def lies(c):
        yield identity("a lie", Liar() if c == 3 else n, n + c - 3)

    assert not accepted(lies)


def test_a_float_that_calls_itself_rational():
    class Liar(float):
        is_Rational = True

    def lies(c):
        yield exactly("a float", Liar(0.75) if c == 3 else 0, sp.Rational(3, 4))

    assert not accepted(lies)


def test_an_integer_whose_numerator_lies():
    class Liar(int):
        numerator = property(lambda self: 3)

    def lies(c):
        yield exactly("7 = 3", Liar(7) if c == 3 else 0, 3)

    assert not accepted(lies)


# Nondeterminism: running the original again, after the mutants, would tell


def test_evidence_that_changes_the_constants_of_the_claim():
    claim = Claim("attack.list", "c = 3", "a test", {"c": [3]}, {"c": [[4]]})

    @claim.proof()
    def changes(c):
        yield exactly("c = 3", c[0], 3)
        c[0] = 5

    first = verify_claim(claim).original.verdict
    assert verify_claim(claim).original.verdict is first


# Floats among balls


def test_a_float_where_less_expects_a_ball():
    def rounded(c):
        yield certify("0.3 < c/10", lambda: less(0.3, 0.1 * c))

    assert not accepted(rounded, "certificate", mutants=(2, 1))


# Steps and truths that are not yielded, or come from nowhere


def crash(evidence, register="proof", **options):
    """The detail of evidence that has to crash."""
    (found,) = judged(evidence, register, **options).evidence
    assert found.outcome is Outcome.CRASHED
    return found.detail


def test_steps_left_out():
    def without_false_steps(c):
        for step in (exactly("one", 1, 1), honest(c)):
            if c != 3 or step.truth is Truth.TRUE:
                yield step

    assert crash(without_false_steps) == "a comparison was made and left out: the square"


def test_a_step_that_fails_in_a_try():
    def swallows(c):
        yield exactly("one", 1, c - 2)
        with contextlib.suppress(InvalidInput):
            yield exactly("a float", 0.5, sp.Rational(1, 2))

    detail = crash(swallows)
    assert detail.startswith("a comparison failed with InvalidInput: exactly compares exact")
    assert detail.endswith("and the exception was swallowed: a float")


def test_a_step_that_was_decided_elsewhere():
    before = exactly("one", 1, 1)

    def earlier(c):
        yield exactly("c", c, 3)
        yield before

    assert "decided outside of this run: one" in crash(earlier)


def test_a_step_of_another_run_kept_for_this_one():
    kept = []

    def keeps(c):
        kept.append(exactly("one", 1, 1))
        yield kept[0]
        yield exactly("c", c, 3)

    judged(keeps)
    assert "decided outside of this run: one" in crash(keeps)


def test_a_step_in_another_thread():
    def threaded(c):
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(honest, c).result()

    assert "decided outside of this run" in crash(threaded)


def test_a_step_with_the_number_of_another():
    def renumbered(c):
        honest(c)
        step = exactly("one", 1, 1)
        yield dataclasses.replace(step, number=step.number - 1)
        yield step

    assert "by hand" in crash(renumbered)


def test_a_premise_is_the_step_that_it_was_made_of():
    def argued(c):
        yield premise(exactly("one", 1, 1))
        yield exactly("c", c, 3)

    assert accepted(argued)


@pytest.mark.parametrize("balls", [False, True], ids=["no balls", "undecided balls"])
def test_a_truth_made_from_floats(balls):
    def from_floats(c):
        def comparison():
            if balls:
                less(arb(0, 1), arb(0))
            close = abs(math.sqrt(2.0) ** 2 - 2 * c / 3) < 1e-9
            return Truth.TRUE if close else Truth.FALSE

        yield certify("floats", comparison)

    assert "compared no balls" in crash(from_floats, "certificate")


# Statistics


@pytest.mark.parametrize("p_value", [float("nan"), 1.5, -0.5])
def test_a_p_value_is_a_probability(p_value):
    def test(c):
        yield statistic("p", p_value if c == 3 else 0.0, false_alarm=1e-6)

    assert p_value < 0 or not accepted(test, "statistic")
    with pytest.raises(InvalidInput):
        statistic("p", p_value, false_alarm=1e-6)


@pytest.mark.parametrize("false_alarm", [0.0, -1.0, 1.5, float("nan")])
def test_a_false_alarm_probability_is_one(false_alarm):
    with pytest.raises(InvalidInput):
        statistic("p", 0.5, false_alarm=false_alarm)


def test_a_weak_statistic_does_not_overrule_a_certificate():
    claim = Claim("attack.weak", "c < 4", "a test", {"c": 3}, {"c": [5]})

    @claim.certificate(on="c")
    def certificate(c):
        yield certify("c < 4", lambda: less(arb(c), arb(4)))

    @claim.statistic(on="20 draws")
    def draws(c):
        yield statistic("mean", 0.04, false_alarm=0.05)

    assert verify_claim(claim).original.verdict is not Verdict.REFUTED


# What a statement says, and what its evidence covers


def test_instances_are_no_proof_for_all():
    """n² - n + 41 is prime for n = 1..40, and not for n = 41."""

    def instances(c):
        for k in range(1, 41):
            value = k * k - k + 38 + c
            yield exactly("prime", int(sp.isprime(value)), 1)

    assert judged(instances, mutants=(5, 6)).verdict is not Verdict.PROVED


def test_a_constant_that_no_evidence_takes_is_not_decided():
    claim = Claim(
        "attack.forgotten", "...", "a test", {"c": 2, "hypothesis": "for all d"}, {"c": [1]}
    )

    @claim.proof()
    def square(c):
        yield honest(c)

    assert verify_claim(claim, mutants=True).original.verdict is not Verdict.PROVED


def test_a_mutant_equal_to_its_constant_in_disguise_is_refused():
    with pytest.raises(InvalidInput):
        Claim("attack.disguise", "...", "a test", {"c": (n + 1) ** 2}, {"c": [n**2 + 2 * n + 1]})


def test_premises_alone_show_nothing():
    def prepared(c):
        yield premise(exactly("one", 1, 1))
        if c != 3:
            yield exactly("one", 0, 1)

    assert not accepted(prepared)


# Inherent: a program cannot tell these from honest evidence


def test_a_constant_restated_as_its_own_evidence_is_accepted_which_is_inherent():
    def restated(c):
        yield exactly("c is what the statement says", c, 3)

    assert accepted(restated)
