"""Derivations as a page of HTML."""

import html.parser
import re

import pytest

from ntkproofs.reports.derivations.formulas import (
    _ARGUMENTS,
    _KNOWN,
)
from ntkproofs.reports.derivations.html import page
from ntkproofs.reports.derivations.mathml import mathml

from ._output import EVERY, HARMONICS, HOSTILE, LONG


class _Tags(html.parser.HTMLParser):
    """Every opened element is closed, in order; ids are unique and links have targets."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        if values.get("href", "").startswith("#"):
            self.targets.add(values["href"][1:])
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("derivations", [[HARMONICS], [LONG], [HOSTILE], EVERY])
def test_the_page_is_well_formed_and_stands_alone(derivations):
    source = page(derivations)
    tags = _Tags()
    tags.feed(source)
    assert not tags.open
    assert len(tags.ids) == len(set(tags.ids))
    assert tags.targets <= set(tags.ids)
    assert not tags.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.findall(r"(?:src|href)=[\"'](?!#)", source)
    assert "url(" not in source
    assert "<script" not in source
    steps = sum(len(written.checks()) for written in derivations)
    assert source.count("<details>") == steps


@pytest.mark.parametrize("command", sorted(_KNOWN - {r"\left", r"\right"}))
def test_every_known_command_becomes_mathml(command):
    name = command.removeprefix("\\")
    counts = {"text": 1, "operatorname": 1, "underline": 1, "mathfrak": 1, "dot": 1, "ddot": 1}
    count = _ARGUMENTS.get(command, counts.get(name, 0))
    arguments = "{a}" * count or "("
    formula = rf"x {command}{arguments}"
    if name == "middle":
        formula = r"\left( x \middle| y \right)"
    elif name == "limits":
        formula = r"\sum\limits_{k} k"
    shown = mathml(formula)
    assert "\\" not in re.sub(r'alttext="[^"]*"', "", shown).replace("\\setminus", "") or (
        name == "setminus"
    )


def test_mathml_of_what_latex2mathml_does_badly():
    assert '<mo fence="true" stretchy="false" form="prefix">‖</mo>' in mathml(r"\lVert x\rVert")
    assert '<mo fence="true" stretchy="false" form="postfix">⟩</mo>' in mathml(r"\langle x\rangle")
    assert '<mi>arccos</mi><mspace width="0.167em"></mspace><mi>u</mi>' in mathml(r"\arccos u")
    assert "mspace" not in mathml(r"\log(x)")
    assert '<mi mathvariant="normal">Γ</mi>' in mathml(r"\Gamma(x)")
    assert "<munderover>" in mathml(r"\sum_{k=0}^{n} k", display=True)
    assert "≔" in mathml("x := y")
    assert "∼" in mathml(r"x \sim y")
    assert 'alttext="a &lt; b"' in mathml("a < b")
