"""Claim files that cheat: swallowed exceptions, patches, lies, time and environment.

Each attack is a file, as a user would write it, and is verified from there. Floats are in
``test_float_guard.py``.
"""

import importlib
import inspect
import pkgutil
import textwrap

import pytest

from ntkproofs.claims import steps
from ntkproofs.claims.report import verify
from ntkproofs.claims.verdict import Outcome, Verdict

from ._files import CERTIFICATE, HEAD, here, only, write

ACCEPTED = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}

# Exceptions


@pytest.mark.parametrize(
    "body",
    [
        "    with contextlib.suppress(ZeroDivisionError):\n"
        "        yield exactly('never', 1 // 0, 1) if c == 3 else exactly('c', c, 3)",
        "    try:\n"
        "        yield exactly('never', 1 // 0, 1) if c == 3 else exactly('c', c, 3)\n"
        "    except ZeroDivisionError:\n        pass",
    ],
    ids=["suppress", "except"],
)
def test_a_swallowed_exception_is_a_crash(tmp_path, body):
    text = f"{CERTIFICATE}\ndef evidence(c):\n    yield exactly('one', 1, 1)\n{body}\n"
    found = only(write(tmp_path, text))
    assert found.outcome is Outcome.CRASHED
    assert found.detail.startswith("an exception was swallowed: ZeroDivisionError (attack.py:")


def test_an_exception_in_a_comparison_leaves_it_undecided(tmp_path):
    text = f"""
    {CERTIFICATE}
    def evidence(c):
        def comparison():
            try:
                return less(arb(c), 1 // (flint.ctx.prec > LIMIT))
            except ZeroDivisionError:
                return less(c, 5)
        yield certify("c < 1", comparison)
    """
    refuted = only(write(tmp_path, text.replace("LIMIT", "100")))
    assert refuted.outcome is Outcome.REFUTES
    never = only(write(tmp_path, text.replace("LIMIT", "10**6"), "never.py"))
    assert never.outcome is Outcome.UNDECIDED


# Lies and patches


def test_a_symbol_that_equals_everything(tmp_path):
    text = """
    class Liar(sp.Symbol):
        def __eq__(self, other):
            return True
        def __hash__(self):
            return 1

    @made.proof()
    def lies(c):
        yield identity("a - b = 0", Liar("a") - Liar("b") if c == 3 else n, 0)
    """
    found = only(write(tmp_path, text))
    assert found.outcome is Outcome.CRASHED
    assert "class Liar, derived from one of a library, entered an expression" in found.detail


PATCHES = {
    "while it decides": """
    @made.proof()
    def evidence(c):
        original = exact.rational_identity
        always = exact.Decision(Truth.TRUE, exact.NORMAL_FORM)
        exact.rational_identity = lambda *_: always
        step = identity("n + c = n + 3", n + c, n + 4)
        exact.rational_identity = original
        yield step
    """,
    "and never back": """
    @made.proof()
    def evidence(c):
        always = exact.Decision(Truth.TRUE, exact.NORMAL_FORM)
        exact.rational_identity = lambda *_: always
        yield identity("n + c = n + 3", n + c, n + 4)
    """,
    "when it is loaded": """
    exact.rational_identity = lambda *_: exact.Decision(Truth.TRUE, exact.NORMAL_FORM)
    @made.proof()
    def evidence(c):
        yield identity("n + c = n + 3", n + c, n + 4)
    """,
}


@pytest.mark.parametrize("text", PATCHES.values(), ids=PATCHES)
def test_a_patched_decision_procedure(tmp_path, text):
    extra = "from ntkproofs.arithmetic import exact\nfrom ntkproofs.claims import Truth\n"
    path = write(tmp_path, extra + textwrap.dedent(text))
    report = verify([path], jobs=1)
    (found,) = report.claims[0].original.evidence
    assert found.outcome is Outcome.CRASHED
    assert found.detail.startswith("replaced ntkproofs.arithmetic.exact.rational_identity")


def test_a_patched_method_and_a_patched_module(tmp_path):
    for change in ("Step.is_genuine = lambda self: True", "symbolic.sp = None"):
        text = f"""
        from ntkproofs.claims.steps import Step, symbolic
        {CERTIFICATE}
        def evidence(c):
            {change}
            yield exactly("c", c, 3)
        """
        path = write(tmp_path, textwrap.dedent(text))
        (found,) = verify([path], jobs=1).claims[0].original.evidence
        assert found.detail.startswith("replaced ntkproofs.claims.steps.")


def functions_of(package):
    """Every function of a package's modules, as (module, function)."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == found.name:
                yield found.name, name


@pytest.mark.parametrize(("module", "name"), list(functions_of(steps)))
def test_a_patched_function_of_any_module_that_makes_steps(tmp_path, module, name):
    text = f"""
    import {module} as module
    original = module.{name}
    {CERTIFICATE}
    def evidence(c):
        module.{name} = lambda *_, **__: None
        try:
            yield exactly("c", c, 3)
        finally:
            module.{name} = original
    """
    (found,) = here(write(tmp_path, textwrap.dedent(text))).evidence
    assert found.outcome is Outcome.CRASHED
    assert found.detail.startswith(f"replaced {module}.{name},")


@pytest.mark.parametrize(
    "function", ["derivation.algebra", "derivation.rules.uses_of", "arithmetic.surds.enclosure"]
)
def test_a_patch_of_a_module_that_the_claim_file_is_the_first_to_import(tmp_path, function):
    module, name = f"ntkproofs.{function}".rsplit(".", 1)
    text = f"""
    import {module} as module
    module.{name} = len
    {CERTIFICATE}
    def evidence(c):
        yield exactly("c", c, 3)
    """
    (found,) = verify([write(tmp_path, textwrap.dedent(text))], jobs=1).claims[0].original.evidence
    assert found.outcome is Outcome.CRASHED
    assert found.detail.startswith(f"replaced {module}.{name},")


def test_a_patch_reaches_no_other_claim(tmp_path):
    """One worker serves both: the one that was patched serves no more."""
    extra = "from ntkproofs.arithmetic import exact\nfrom ntkproofs.claims import Truth\n"
    write(tmp_path, extra + textwrap.dedent(PATCHES["when it is loaded"]), "a.py")
    text = HEAD.replace("attack.file", "attack.other") + (
        "@made.proof()\ndef evidence(c):\n    yield identity('n', n + c, n + 3)\n"
    )
    (tmp_path / "b.py").write_text(text)
    first, second = verify([tmp_path], jobs=1).claims
    assert first.original.evidence[0].outcome is Outcome.CRASHED
    assert second.original.verdict is Verdict.PROVED


# What differs from run to run


def test_evidence_that_is_true_on_its_first_run_only_is_vacuous(tmp_path):
    """Each variant runs in a file that was loaded anew: every run is the first.

    In one process (``isolated=False``) the runs of one evidence are not kept apart.
    """
    text = f"""
    runs = []
    {CERTIFICATE}
    def first(c):
        runs.append(c)
        yield exactly("first run", 1 if len(runs) == 1 else 0, 1)
    """
    path = write(tmp_path, text)
    (found,) = verify([path], mutants=True, jobs=1).claims[0].original.evidence
    assert found.outcome is Outcome.VACUOUS
    assert here(path, mutants=True).verdict in ACCEPTED


@pytest.mark.parametrize(
    "seen",
    [
        "os.environ.get('NTKPROOFS_ATTACK')",
        "time.timezone",
        "{'a', 'b', 'c', 'd', 'e', 'f'}",
        "time.time_ns()",
    ],
    ids=["environment", "time zone", "order of a set", "clock"],
)
def test_mutants_find_what_is_not_reproducible(tmp_path, monkeypatch, seen):
    monkeypatch.setenv("NTKPROOFS_ATTACK", "3")
    monkeypatch.setenv("TZ", "UTC")
    path = write(
        tmp_path, f"{CERTIFICATE}\ndef evidence(c):\n    yield exactly(str({seen}), c, 3)\n"
    )
    (once,) = verify([path], jobs=1).claims[0].original.evidence
    assert once.outcome is Outcome.HOLDS
    report = verify([path], mutants=True, jobs=1)
    assert report.claims[0].original.evidence[0].outcome is Outcome.NOT_REPRODUCIBLE
    assert report.exit_status() == 3
