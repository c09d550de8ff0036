"""Where the numbers come from: machine, BLAS kernel, versions; and how many threads run."""

import contextlib
import datetime
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("numpy", "torch", "onnx", "onnxruntime", "threadpoolctl")
CORETYPE = "OPENBLAS_CORETYPE"  # where a machine sets it, it picks another machine's kernel
# OpenBLAS cannot grow beyond the number it found here at its start.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def in_clean_environment():
    """Start this process again, without the variables that would change the numbers."""
    if any(name in os.environ for name in (CORETYPE, *THREADS)):
        clean = {k: v for k, v in os.environ.items() if k not in (CORETYPE, *THREADS)}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], clean)


@contextlib.contextmanager
def limit_threads(threads):
    """Give NumPy's BLAS and PyTorch this many threads; sessions of ONNX Runtime take their own."""
    import threadpoolctl
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    with threadpoolctl.threadpool_limits(threads):
        yield
    torch.set_num_threads(before)


def describe():
    """A dict of what a reader needs to judge the numbers."""
    import threadpoolctl

    pools = threadpoolctl.threadpool_info()
    blas = [
        f"{pool['internal_api']} {pool['version']}, kernel {pool.get('architecture', 'unknown')}"
        for pool in pools
        if pool["user_api"] == "blas"
    ]
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "blas": blas,
        "coretype": os.environ.get(CORETYPE, "unset"),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def cpu():
    """What the processor calls itself."""
    try:
        with open("/proc/cpuinfo") as lines:
            fields = dict(line.split(":", 1) for line in lines.read().split("\n") if ":" in line)
        found = {key.strip(): value.strip() for key, value in fields.items()}
        return f"{found['model name']} (family {found['cpu family']}, model {found['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()
