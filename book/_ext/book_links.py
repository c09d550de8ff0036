"""Follow every link inside the built site: a dead one is a warning, which fails the build.

Sphinx knows its own references. It does not see an address that is written out, an anchor
that a page of source code no longer has, or a file that was not copied.
"""

import html
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from sphinx.util import logging

logger = logging.getLogger(__name__)

AFTER_REPAIRS = 900  # the finishing pass adds anchors; nothing may change a page after this
NO_TEXT = re.compile(r"(<(script|style)\b[^>]*>).*?</\2>|<!--.*?-->", re.DOTALL)
LINK = re.compile(r"""<[a-z][^>]*?\s(?:href|src)=(?:"([^"]*)"|'([^']*)')""")
ANCHOR = re.compile(r"""<[a-z][^>]*?\sid=(?:"([^"]*)"|'([^']*)')""")


def links(page):
    """The addresses in a page's links, pictures and scripts."""
    found = LINK.findall(NO_TEXT.sub(r"\1", page))
    return [html.unescape(one or other) for one, other in found]


def anchors(page):
    """The ids of a page."""
    return {html.unescape(one or other) for one, other in ANCHOR.findall(page)}


def dead_links(site):
    """List the links inside a site that lead nowhere.

    Parameters
    ----------
    site : Path
        The folder of the built site.

    Returns
    -------
    list of (str, str)
        Page and address.
    """
    pages = {path.resolve(): path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    ids, dead = {}, []
    for path, page in pages.items():
        for address in dict.fromkeys(links(page)):
            if urlparse(address).scheme or address.startswith("//") or address in ("", "#"):
                continue
            place, fragment = urldefrag(address)
            place = unquote(place.partition("?")[0])
            target = (path.parent / place).resolve() if place else path
            if target in pages and target not in ids:
                ids[target] = anchors(pages[target])
            lost = fragment and target in pages and unquote(fragment) not in ids[target]
            if lost or not target.is_file():
                dead.append((path.relative_to(site.resolve()).as_posix(), address))
    return dead


def report(app, exception):
    """Warn of each dead link, unless the build broke off."""
    if exception or app.builder.format != "html":
        return
    for page, address in dead_links(Path(app.outdir)):
        logger.warning("dead link in %s: %s", page, address)


def setup(app):
    app.connect("build-finished", report, priority=AFTER_REPAIRS)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
