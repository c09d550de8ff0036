"""What a docstring of the package must say, and what is missing in one."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from pathlib import Path

import rnncourse

TREE = re.compile(r"tree of|tuple, NamedTuple")  # nested arrays, of any shape
FUNCTION = type(lambda: None)
API = Path(__file__).parents[1] / "book" / "reference" / "api.md"
SECTIONS = ("Parameters", "Returns", "Yields", "Raises", "Attributes", "Notes", "Examples")
SHAPE = re.compile(r"\(.*\)|shape", re.IGNORECASE)


def modules():
    """Every module of the package, grading aside."""
    names = [each.name for each in pkgutil.walk_packages(rnncourse.__path__, "rnncourse.")]
    kept = [name for name in names if not name.startswith("rnncourse.grading")]
    return [rnncourse, *(importlib.import_module(name) for name in kept)]


def reference():
    """Names of the modules that the book's reference describes."""
    return re.findall(r"^\.\. automodule:: (\S+)$", API.read_text("utf-8"), re.MULTILINE)


def names(module):
    """{full name: object} of the functions and classes that a module offers, and of methods."""
    offered = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if name[0] != "_" and getattr(value, "__module__", None) == module.__name__
    ]
    found = {}
    for name in offered:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            found[f"{module.__name__}.{name}"] = value
            if inspect.isclass(value) and not issubclass(value, tuple):
                for method, f in vars(value).items():
                    if isinstance(f, FUNCTION | property) and method[0] != "_":
                        found[f"{module.__name__}.{name}.{method}"] = f
    return found


def sections(doc):
    """{title: text} of a numpydoc docstring; "" is what stands before the first title."""
    found, title = {"": []}, ""
    lines = doc.splitlines()
    for k, line in enumerate(lines):
        under = lines[k + 1] if k + 1 < len(lines) else ""
        if line and under and set(under) == {"-"}:
            title = line
            found[title] = []
        elif not (set(line) == {"-"} and line):
            found[title].append(line)
    return {title: "\n".join(text).strip("\n") for title, text in found.items()}


def entries(text):
    """[(names, type and description)] of a Parameters section."""
    found = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            names, _, kind = line.partition(" : ")
            found.append(([name.strip().lstrip("*") for name in names.split(",")], kind))
        elif found:
            names, kind = found[-1]
            found[-1] = (names, f"{kind}\n{line.strip()}")
    return found


def body_of(f):
    """The statements of a function, its docstring left out."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(f))).body
    return node.body[1:] if ast.get_docstring(node) else node.body


def gives(f, kind):
    """Whether a function has a `return` with a value (or a `yield`, `raise`) of its own."""
    found, waiting = False, list(body_of(f))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        found |= isinstance(node, kind) and getattr(node, "value", node) is not None
        waiting += ast.iter_child_nodes(node)
    return found


def checks_input(f):
    """Whether a function calls one of `checks`, which raise."""
    nodes = [node for statement in body_of(f) for node in ast.walk(statement)]
    return any(ast.unparse(n.func).startswith("checks.") for n in nodes if isinstance(n, ast.Call))


def is_tiny(f):
    """A single expression: then a few words which name each parameter tell all there is."""
    body = body_of(f)
    return len(body) == 1 and isinstance(body[0], ast.Return | ast.Expr)


def summary_problems(doc):
    """A summary: one sentence, ended, and nothing directly under it."""
    lines = doc.splitlines()
    if not lines or not lines[0].strip():
        return ["has no summary line"]
    if len(lines) > 1 and lines[1]:
        return ["has no empty line below its summary"]
    return [] if lines[0].rstrip().endswith((".", ":")) else ["has a summary without a full stop"]


def function_problems(f):
    """What the docstring of a function lacks: a list of short sentences."""
    doc = inspect.getdoc(f)
    if not doc:
        return ["has no docstring"]
    found = summary_problems(doc)
    taken = [name for name in inspect.signature(f).parameters if name != "self"]
    parts = sections(doc)
    if is_tiny(f) and "Parameters" not in parts:
        text = parts[""]
        missing = [name for name in taken if not re.search(rf"\b{re.escape(name)}\b", text)]
        return found + [f"is short and does not name {name}" for name in missing]
    listed = entries(parts.get("Parameters", ""))
    if [name for group, _ in listed for name in group] != taken:
        found.append(f"lists the parameters {[group for group, _ in listed]}, not {taken}")
    for group, kind in listed:
        if not kind:
            found.append(f"does not say what {', '.join(group)} is")
        if "ndarray" in kind and not TREE.search(kind) and not SHAPE.search(kind):
            found.append(f"gives no shape for {', '.join(group)}")
    needed = {
        "Returns": gives(f, ast.Return),
        "Yields": gives(f, ast.Yield),
        "Raises": gives(f, ast.Raise) or checks_input(f),
    }
    found += [f"has no section {title}" for title in needed if needed[title] and title not in parts]
    unknown = [title for title in parts if title and title not in SECTIONS]
    return found + [f"has the unknown section {title}" for title in unknown]


def class_problems(cls):
    """What a class lacks: a docstring, and for a NamedTuple a comment with each array's shape."""
    doc = cls.__doc__
    if not doc or doc.startswith(f"{cls.__name__}("):
        return ["has no docstring"]
    found = summary_problems(inspect.cleandoc(doc))
    for line in inspect.getsource(cls).splitlines():
        field = re.match(r"    (\w+): ([^#=]*)(?:=[^#]*)?(?:#(.*))?$", line)
        if field and field[1] in getattr(cls, "_fields", ()) and "ndarray" in field[2]:
            if not re.search(r"\(.*\)", field[3] or ""):
                found.append(f"gives no shape for {field[1]}")
    return found


def property_problems(value):
    """What the docstring of a property lacks; before a colon, Sphinx would look for a type."""
    doc = inspect.cleandoc(value.__doc__ or "")
    colon = ":" in doc.split("\n")[0]
    return summary_problems(doc) + ["has a colon in its summary"] * colon


def problems(value):
    """What the docstring of a public function, class or property lacks."""
    if isinstance(value, property):
        return property_problems(value)
    return class_problems(value) if inspect.isclass(value) else function_problems(value)
