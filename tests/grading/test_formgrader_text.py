"""Students' text in formgrader: Markdown and formulas work, HTML does not."""

import json
from pathlib import Path

import nbformat
import nbgrader
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbgrader.apps import api, autogradeapp, generatefeedbackapp
from traitlets.config import Config

from rnncourse.grading import plugin
from rnncourse.grading.repair import read, repair
from rnncourse.grading.source import SourceNotebook

TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    "[a](javascript:alert(1))",
    "[a](data:text/html,alert(1))",
    "# <script>alert(1)</script>",
    "$<script>alert(1)</script>$",
    "$$\n<img src=x onerror=alert(1)>\n$$",
    "```<script>alert(1)</script>\n<script>alert(1)</script>\n```",
    "<!-- --><svg onload=alert(1)>",
    '![a](x" onerror="alert(1))',
    '<a href="javascript:alert(1)">b</a>',
    "![p](attachment:p.png)",
]


def formgrader_page(cells, config):
    """What formgrader shows of a handed-in notebook."""
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    notebook = repair(read(data), SourceNotebook("hw", (), {})).notebook
    names = "notebook_id assignment_id student_id submission_id first_name last_name prev next"
    resources = dict.fromkeys(names.split(), "x") | {"index": 0, "total": 1, "base_url": "/"}
    resources |= {"mathjax_url": "", "nbgrader": {"notebook": "hw", "assignment": "hw"}}
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources=resources)
    return BeautifulSoup(page, "html.parser").select_one("#notebook")


@pytest.fixture
def config(monkeypatch):
    for module, name in (
        (autogradeapp, "Autograde"),
        (api, "Autograde"),
        (generatefeedbackapp, "GenerateFeedback"),
        (api, "GenerateFeedback"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))  # switch_on ends with the test
    found = Config()
    plugin.switch_on(found)
    return found


def active(page):
    tags = page.find_all(["script", "svg", "iframe", "object"])
    inside = [t for t in page.find_all(True) if any(name.startswith("on") for name in t.attrs)]
    links = [
        t for t in page.find_all(["a", "img"]) if "alert" in str(t.get("href") or t.get("src"))
    ]
    return tags + inside + [t for t in links if ":" in str(t.get("href", ""))]


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_student_is_active_in_the_instructors_browser(config, text, kind):
    attached = {"p.png": {"image/png": 'x" onerror="alert(1)'}}
    cell = {"cell_type": kind, "source": text, "metadata": {}, "attachments": attached}
    assert active(formgrader_page([cell], config)) == []


def test_nbgraders_own_page_is_active():
    """Otherwise the test above could not fail."""
    cell = {"cell_type": "markdown", "source": HOSTILE[0], "metadata": {}}
    assert active(formgrader_page([cell], Config()))


def test_markdown_formulas_and_pictures_work(config):
    attached = {"p.png": {"image/png": "iVBORw0KGgo="}}
    text = "**bold** $a < b$\n\n![p](attachment:p.png)\n\n[book](https://example.org)"
    cell = {"cell_type": "markdown", "source": text, "metadata": {}, "attachments": attached}
    page = formgrader_page([cell], config)
    assert page.find("strong").text == "bold" and "$a < b$" in page.get_text()
    assert page.find("img")["src"] == "data:image/png;base64,iVBORw0KGgo="
    assert page.find("a", href="https://example.org")


def test_a_raw_cell_is_text(config):
    nbformat.validate(
        repair([{"cell_type": "raw", "source": "<b>"}], SourceNotebook("hw", (), {}))[0]
    )
