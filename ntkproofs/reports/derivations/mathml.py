"""LaTeX formulas as MathML, by latex2mathml, with what it does badly made good."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import lru_cache

from ntkproofs.reports.derivations.formulas import require_formula

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_OPENING = {"\N{MATHEMATICAL LEFT ANGLE BRACKET}", "\N{LEFT FLOOR}", "\N{LEFT CEILING}"}
_CLOSING = {"\N{MATHEMATICAL RIGHT ANGLE BRACKET}", "\N{RIGHT FLOOR}", "\N{RIGHT CEILING}"}
_UPRIGHT = frozenset("ΓΔΘΛΞΠΣΥΦΨΩ")
_BARS = {r"\lVert": "prefix", r"\rVert": "postfix", r"\lvert": "prefix", r"\rvert": "postfix"}
_LIMITS = {"\N{N-ARY SUMMATION}", "\N{N-ARY PRODUCT}", "lim", "max", "min", "sup", "inf"}


@lru_cache(maxsize=4096)
def mathml(latex: str, *, display: bool = False) -> str:
    """A formula as one ``<math>`` element, with its LaTeX as the text of screen readers.

    Raises:
        InvalidInput: if it holds more than mathematics.
    """
    from latex2mathml.converter import convert

    require_formula(latex)
    # On which side a bar stands is lost on the way: it is told again, in order.
    sized = re.sub(r"\\(?:left|right)\s*\\[lr][vV]ert", "", latex)
    bars = re.findall(r"\\[lr][vV]ert(?![A-Za-z])", sized)
    simple = latex.replace(":=", r"\coloneqq ").replace(r"\middle|", "|")
    simple = re.sub(r"\\mathrm\s*\{([A-Za-z ]+)\}", r"\\text{\1}", simple)
    simple = re.sub(r"\\arg(?![A-Za-z])", r"\\operatorname{arg}", simple)
    root = ET.fromstring(convert(simple, display="block" if display else "inline"))
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    _mend(root, iter(_BARS[bar] for bar in bars), display)
    root.attrib = {"displaystyle": "true"} if display else {}
    root.set("alttext", latex)
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _mend(element: ET.Element, bars: Iterator[str], display: bool) -> None:
    for child in element:
        text = child.text or ""
        if child.tag in ("mi", "mo") and (text in _OPENING or text in _CLOSING):
            child.tag = "mo"
            child.attrib |= {
                "fence": "true",
                "stretchy": child.get("stretchy", "false"),
                "form": "prefix" if text in _OPENING else "postfix",
            }
        elif child.tag == "mo" and text in ("\N{DOUBLE VERTICAL LINE}", "|", "\N{VERTICAL LINE}"):
            if child.get("stretchy") != "true" and (side := next(bars, "")):
                child.attrib |= {"fence": "true", "stretchy": "false", "form": side}
        elif text == "~":
            child.tag, child.text = "mo", "\N{TILDE OPERATOR}"
            child.attrib |= {"lspace": "0.278em", "rspace": "0.278em"}
        elif text == "\N{INFINITY}":
            child.tag = "mi"
        elif text == "/":
            child.attrib |= {"lspace": "0.1em", "rspace": "0.1em"}
        elif child.tag == "mi" and text in _UPRIGHT:
            child.set("mathvariant", "normal")
        elif child.tag == "mo" and _is_name(text):
            child.tag = "mi"
        if display and child.tag in ("msub", "msubsup") and (child[0].text or "") in _LIMITS:
            child.tag = {"msub": "munder", "msubsup": "munderover"}[child.tag]
            child[0].set("movablelimits", "false")
        _mend(child, bars, display)
    _space_functions(element)


def _is_name(text: str) -> bool:
    return len(text) > 1 and text.isalpha() and text not in _LIMITS


def _space_functions(element: ET.Element) -> None:
    """A thin space after the name of a function whose argument has no brackets."""
    if element.tag not in ("mrow", "mstyle", "math"):
        return
    for i, child in reversed(list(enumerate(element))):
        base = child[0] if child.tag in ("msub", "msup", "msubsup") and len(child) else child
        after = element[i + 1] if i + 1 < len(element) else None
        if base.tag != "mi" or not _is_name(base.text or "") or after is None:
            continue
        bracket = after[0] if after.tag in ("mrow", "msup", "msub") and len(after) else after
        if not (bracket.tag == "mo" and (bracket.text or "") in "([{"):
            element.insert(i + 1, ET.Element("mspace", {"width": "0.167em"}))


def escape(text: str) -> str:
    """Text for HTML, in elements and in attributes."""
    return html.escape(text, quote=True)
