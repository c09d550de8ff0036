"""No file of the built site gives a solution or a hidden test away."""

from tests import leaks


def test_no_solution_and_no_hidden_test_is_published(site):
    assert leaks.leaks(site, site.rglob("*"), leaks.course_secrets()) == []
    files = {file.suffix for file in site.rglob("*") if file.is_file()}
    assert {".html", ".ipynb", ".md", ".js", ".py"} & files >= {".html", ".ipynb", ".md", ".js"}
