"""Exercises as this book writes them: "Exercise 5.1 Count the weights (2 minutes)".

sphinx-exercise puts the title into parentheses and gives the content of each exercise the same
id, which a page may hold once.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_extension_node

CONTENT = {"exercise-content", "solution-content"}


def plain_title(title):
    """Take the parentheses off the words; the number, if there is one, is put before them."""
    texts = title.children
    if len(texts) > 2 and texts[-1].astext() == ")":
        at = next(k for k, text in enumerate(texts) if text.astext() == " (")
        title.children[at] = nodes.Text(". " if at else "")
        del title.children[-1]


class TidyExercises(SphinxPostTransform):
    default_priority = 30  # after sphinx-exercise has put its titles together

    def run(self, **kwargs):
        """Tidy each exercise and each solution of the page."""
        for node in list(self.document.findall(is_extension_node)):
            plain_title(node.children[0])
            for part in node.findall(nodes.section):
                part["ids"] = [name for name in part["ids"] if name not in CONTENT]


def setup(app):
    app.add_post_transform(TidyExercises)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
