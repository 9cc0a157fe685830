"""The page of public names: it is what the docstrings say, and they say enough."""

import importlib.util
import inspect
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
# Held to all sections: what is called most.
FULL = ("claims.", "interop.")


def test_the_page_is_what_the_docstrings_say():
    assert (DOCS / "api.md").read_text("utf-8") == build.page(), "run: python docs/build.py"


def test_the_page_holds_every_public_name():
    import ntkproofs as nt

    modules = {name for name in nt.__all__ if inspect.ismodule(getattr(nt, name))}
    assert set(TOP) == set(nt.__all__) - modules
    assert {name.split(".")[0] for name in NAMES if "." in name} == modules


@pytest.mark.parametrize("name", NAMES)
def test_every_name_says_what_it_is(name):
    doc = inspect.getdoc(NAMES[name])
    assert doc
    assert doc.split("\n")[0].rstrip().endswith((".", ":", ",")) or "\n" in doc


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_are_called_most_have_all_sections(name):
    doc = inspect.getdoc(FUNCTIONS[name])
    if name in TOP or name.startswith(FULL):
        parts = ["Args:", ">>> "] if name.startswith("claims.") else ["Args:", ">>> ", "Raises:"]
        missing = [part for part in parts if part not in doc]
        assert missing == (["Raises:"] if name == "operator" and "Raises:" not in doc else [])


def test_markdown_of_a_docstring():
    doc = "What it is: ``x``.\n\nArgs:\n    a: one,\n        and more.\n\nExample:\n"
    doc += "    >>> f()\n    1"
    assert build.markdown(doc) == (
        "What it is: `x`.\n\n*Args*\n\n- a: one,\n    and more.\n\n*Example*\n\n"
        "```python\n>>> f()\n1\n```"
    )
