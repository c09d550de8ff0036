"""Execute the pages' cells on all processors, and again whenever the package changes.

MyST-NB's cache knows a page by its own code cells. It does not see a change in the package
those cells import, and it executes one page after the other. Here the cache lies in a folder
named after the package's contents, and pages it lacks are executed side by side before
Sphinx reads them.
"""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging

logger = logging.getLogger(__name__)

# One BLAS thread per kernel: two kernels do not fight, and sums are always in one order.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

QUIET = ["--log-level=ERROR"]  # a kernel warns about its local transport each time it starts


def digest(root):
    """Hash what the cells' results depend on besides the page: the package and its requirements.

    Parameters
    ----------
    root : Path
        The root of the repository.

    Returns
    -------
    str
        The first 16 hexadecimal digits.
    """
    files = [p for p in Path(root, "rnncourse").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    state = hashlib.sha256()
    for path in [*sorted(files), Path(root, "requirements.lock")]:
        content = path.read_bytes()
        state.update(f"{path.relative_to(root)} {len(content)}\n".encode() + content)
    return state.hexdigest()[:16]


def choose_cache(app, config):
    """Point MyST-NB at the cache of this state of the package; drop those of older states.

    The path is part of Sphinx's configuration, so a new one makes Sphinx read all pages again.
    """
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / digest(app.srcdir)
    for old in caches.glob("*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    config.nb_execution_cache_path = str(cache)
    os.environ.update(dict.fromkeys(THREADS, "1"))


def missing_pages(env, docnames, cache):
    """Yield (docname, path, notebook) for each page whose cells the cache does not know."""
    for docname in docnames:
        path = Path(env.doc2path(docname))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:  # a page without code
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            yield docname, path, notebook


def execute_missing(app, env, docnames):
    """Execute the pages that are about to be read and are not in the cache.

    A page that fails is left out of the cache; MyST-NB meets it again and reports the error.
    """
    cache = get_cache(app.config.nb_execution_cache_path)
    pages = list(missing_pages(env, docnames, cache))
    if not pages:
        return
    timeout = app.config.nb_execution_timeout
    logger.info("executing the cells of %d pages", len(pages))

    def execute(notebook, path):
        return single_nb_execution(
            notebook, str(path.parent), timeout, allow_errors=False, extra_arguments=QUIET
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {
            pool.submit(execute, notebook, path): (docname, path)
            for docname, path, notebook in pages
        }
        for count, future in enumerate(as_completed(running), start=1):
            docname, path = running[future]
            result = future.result()
            outcome = "failed after" if result.err else "took"
            logger.info("  %d/%d %s %s %.1f s", count, len(pages), docname, outcome, result.time)
            if result.err is None:
                bundle = CacheBundleIn(
                    result.nb, str(path), data={"execution_seconds": result.time}
                )
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app):
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", execute_missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
