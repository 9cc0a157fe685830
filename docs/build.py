"""Write docs/api.md from the docstrings of every public name: ``python docs/build.py``.

A test fails where the page is not what the docstrings say.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import ntkproofs as nt
from ntkproofs import conjectures

PAGE = Path(__file__).parent / "api.md"
_ROOMS = {
    "kernels": "Kernels",
    "spectra": "Spectra and laws of decay",
    "matrices": "Matrices",
    "claims": "Claims",
    "conjectures": "Conjectures",
    "arithmetic": "Arithmetic",
    "errors": "Errors",
}
_INTRODUCTION = """# Public names

Made from the docstrings by `python docs/build.py`; all examples run in the tests. `nt` is
`ntkproofs`; `d` is the dimension of the space, `l` a degree, L a depth (see the conventions in the
README). Arguments that have no meaning raise `InvalidInput`, and what has an answer that cannot be
had raises `Unable`, each with the requirement, what was given, why it matters and what to do.
"""
BORROWED = {
    "cosine": """The kernel k(u) = u of a linear network: harmonics of degree 1, and no others.

Args:
    u: cosines, in any arithmetic.

Example:
    >>> import ntkproofs as nt
    >>> nt.eigenvalues(nt.cosine, dim=3, degrees=[0, 1, 2]).round(12) + 0.0
    array([0.        , 0.33333333, 0.        ])
""",
    "st.booleans": """True and False; of Hypothesis, whose pages say more.

Example:
    >>> import ntkproofs as nt
    >>> nt.st.simplest(nt.st.booleans())
    False
""",
    "st.integers": """Integers of a range; of Hypothesis, whose pages say more.

Args:
    min_value: the least, none if left out.
    max_value: the largest, none if left out.

Returns:
    A strategy that shrinks towards 0.

Example:
    >>> import ntkproofs as nt
    >>> nt.st.simplest(nt.st.integers(0, 99), lambda n: nt.harmonic_dimension(3, n) > 8)
    4
""",
    "st.just": """One value, always; of Hypothesis, whose pages say more.

Args:
    value: the value.

Example:
    >>> import ntkproofs as nt
    >>> nt.st.simplest(nt.st.just(nt.ntk(3)))
    ntk(depth=3)
""",
    "st.lists": """Lists of instances; of Hypothesis, whose pages say more.

Args:
    elements: the strategy of an entry.
    min_size: the least length.
    max_size: the largest length, none if left out.
    unique_by: a function of an entry (or several) whose values are to differ.
    unique: whether entries are to differ.

Returns:
    A strategy that shrinks to short lists.

Example:
    >>> import ntkproofs as nt
    >>> nt.st.simplest(nt.st.lists(nt.st.degrees(), unique=True), lambda found: len(found) > 2)
    [0, 1, 2]
""",
    "st.one_of": """An instance of one of several strategies; of Hypothesis, whose pages say more.

Args:
    args: the strategies.

Returns:
    A strategy that shrinks towards the first of them.

Example:
    >>> import ntkproofs as nt
    >>> kernels = nt.st.one_of(nt.st.just(nt.nngp(2)), nt.st.depths().map(nt.ntk))
    >>> nt.st.simplest(kernels, lambda kernel: kernel(1.0) > 1)
    ntk(depth=2)
""",
    "st.sampled_from": """One of some values; of Hypothesis, whose pages say more.

Args:
    elements: the values, simplest ones first.

Returns:
    A strategy that shrinks towards the first of them.

Example:
    >>> import ntkproofs as nt
    >>> nt.st.simplest(nt.st.sampled_from([2, 3, 8]), lambda dim: dim % 2)
    3
""",
    "st.tuples": """Tuples of an instance of each strategy; of Hypothesis, whose pages say more.

Args:
    args: the strategies, in order.

Example:
    >>> import ntkproofs as nt
    >>> pairs = nt.st.tuples(nt.st.dimensions(), nt.st.degrees())
    >>> nt.st.simplest(pairs, lambda pair: nt.harmonic_dimension(*pair) > 2)
    (3, 1)
""",
}
"""What the page says of names whose docstrings are not ours, or which can have none."""
_SECTION = re.compile(r"^(Args|Returns|Raises|Source|Errors|Example|Attributes|References):$")


def public_names() -> Iterator[tuple[str, str, Any]]:
    """(section, name, object) of every public name, in the order of the page."""
    for room, title in _ROOMS.items():
        for name in sorted(nt.__all__):
            value = getattr(nt, name)
            home = getattr(value, "__module__", None) or ""
            if not isinstance(value, ModuleType) and (
                home.split(".")[1:2] == [room] or (name == "cosine" and room == "kernels")
            ):
                yield title, name, value
    for name in sorted(nt.__all__):
        module = getattr(nt, name)
        if isinstance(module, ModuleType):
            for member in sorted(module.__all__):
                value = getattr(module, member)
                if not isinstance(value, ModuleType):
                    yield f"`nt.{name}`", f"{name}.{member}", value
    own = {id(getattr(nt, name)) for name in nt.__all__}
    for name in sorted(conjectures.__all__):
        value = getattr(conjectures, name)
        if callable(value) and id(value) not in own:
            yield "`ntkproofs.conjectures`: quantities", f"conjectures.{name}", value


def text(name: str, value: Any) -> str:
    """What the page says of a name: its docstring, or ours where it is not of this library."""
    return BORROWED.get(name) or inspect.getdoc(value) or ""


def signature(name: str, value: Any) -> str:
    """The name, with its parameters where it has some."""
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return name
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return name
    shown: list[str] = []
    for parameter in parameters:
        if (
            parameter.kind is parameter.KEYWORD_ONLY
            and "*" not in shown
            and not any(one.startswith("*") for one in shown)
        ):
            shown.append("*")
        prefix = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
        default = "" if parameter.default is parameter.empty else f"={_short(parameter.default)}"
        shown.append(prefix.get(parameter.kind, "") + parameter.name + default)
    return f"{name}({', '.join(shown)})"


def _short(default: Any) -> str:
    text = repr(default)
    return text if len(text) <= 20 and not text.startswith("<") else "..."


def markdown(doc: str) -> str:
    """A docstring as Markdown."""
    lines: list[str] = []
    section, fenced = "", False
    for line in doc.split("\n"):
        found = _SECTION.match(line)
        if found or (fenced and line and not line.startswith(" ")):
            lines += ["```", ""] if fenced else []
            section, fenced = (found[1] if found else ""), False
        if found:
            lines += [f"*{section}*", ""]
        elif section == "Example":
            if not fenced:
                lines.append("```python")
                fenced = True
            lines.append(line.removeprefix("    "))
        else:
            lines.append(_line(line, section))
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([*lines, *(["```"] if fenced else [])])


def _line(line: str, section: str) -> str:
    text = line.replace("``", "`")
    if section in ("Args", "Raises", "Attributes") and re.match(r"    \S", line):
        return "- " + text.strip()
    return text.removeprefix("    ") if section else text


def page() -> str:
    """The whole page."""
    parts, last = [_INTRODUCTION], ""
    for section, name, value in public_names():
        if section != last:
            parts.append(f"## {section}\n")
            last = section
        doc = markdown(text(name, value))
        library = "ntkproofs" if name.startswith("conjectures.") else "nt"
        parts.append(f"### `{library}.{signature(name, value)}`\n\n{doc}\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
