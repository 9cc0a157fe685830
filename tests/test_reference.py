"""The page of public names: it is what the docstrings say, and they say enough."""

import ast
import doctest
import importlib.util
import inspect
import re
import textwrap
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
_spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)

NAMES = {name: value for _, name, value in build.public_names()}
TOP = {name: value for name, value in NAMES.items() if "." not in name}
FUNCTIONS = {
    name: value
    for name, value in NAMES.items()
    if inspect.isroutine(value) and inspect.signature(value).parameters
}
EXAMPLES = {
    name: value
    for name, value in NAMES.items()
    if callable(value) and not (inspect.isclass(value) and issubclass(value, Exception))
}


def sections(name):
    """The text about a name on the page, by section; what precedes the first one is ``""``."""
    found = re.split(r"^(\w+):$", build.text(name, NAMES[name]), flags=re.M)
    return {"": found[0], **dict(zip(found[1::2], found[2::2], strict=True))}


def refusals(function):
    """Errors that the body of a function raises by name, and ``require_...`` that it calls."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    called = [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    errors = {"InvalidInput", "Unable", "MissingPackage", "PrecisionExhausted", "ClosedFormUnknown"}
    return errors.intersection(called), [one for one in called if "require" in one.split("_")]


def test_the_page_is_what_the_docstrings_say():
    assert (DOCS / "api.md").read_text("utf-8") == build.page(), "run: python docs/build.py"


def test_the_page_holds_every_public_name():
    import ntkproofs as nt

    modules = {name for name in nt.__all__ if inspect.ismodule(getattr(nt, name))}
    assert set(TOP) == set(nt.__all__) - modules
    assert {name.split(".")[0] for name in NAMES if "." in name} == modules | {"conjectures"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_says_what_it_is(name):
    doc = build.text(name, NAMES[name])
    assert doc
    assert doc.split("\n")[0].rstrip().endswith((".", ":", ",")) or "\n" in doc


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_tells_its_arguments(name):
    told = sections(name).get("Args", "")
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        assert re.search(rf"^    (?! )[*\w, ]*\b{parameter}\b[*\w, ]*:", told, re.M), parameter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_tells_what_it_refuses(name):
    raised, required = refusals(FUNCTIONS[name])
    told = sections(name).get("Raises", "")
    assert all(error in told for error in raised)
    assert told or not (required or name in TOP or name.startswith("interop."))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_function_and_class_has_an_example(name):
    """They run with the doctests of their modules; those of borrowed names run here."""
    assert ">>> " in sections(name).get("Example", "")


@pytest.mark.parametrize("name", build.BORROWED)
def test_examples_of_borrowed_names_run(name):
    test = doctest.DocTestParser().get_doctest(build.BORROWED[name], {}, name, "build.py", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_markdown_of_a_docstring():
    doc = "What it is: ``x``.\n\nArgs:\n    a: one,\n        and more.\n\nExample:\n"
    doc += "    >>> f()\n    1"
    assert build.markdown(doc) == (
        "What it is: `x`.\n\n*Args*\n\n- a: one,\n    and more.\n\n*Example*\n\n"
        "```python\n>>> f()\n1\n```"
    )
