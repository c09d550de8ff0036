"""The few calls to Linux that Python has no function for."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)

NEW_MOUNTS, NEW_CGROUP, NEW_UTS, NEW_IPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEW_USER, NEW_PIDS, NEW_NET = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, BIND = 1, 2, 4, 4096

DIE_WITH_PARENT, DROP_BOUND, ADOPT_ORPHANS, NO_NEW_PRIVILEGES = 1, 24, 36, 38
CAPABILITIES = range(64)  # more than there are
CAPABILITY_VERSION = 0x20080522


def unshare(flags):
    """Leave the shared namespaces named by the flags."""
    _check(LIBC.unshare(ctypes.c_int(flags)), "unshare")


def mount(source, target, kind=None, flags=0, options=None):
    """mount(2)."""
    words = (None if word is None else word.encode() for word in (source, target, kind))
    data = None if options is None else options.encode()
    _check(LIBC.mount(*words, ctypes.c_ulong(flags), data), f"mount {target}")


def prctl(option, value):
    """prctl(2)."""
    zero = ctypes.c_ulong(0)
    _check(LIBC.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def drop_capabilities():
    """Give up every capability, for good."""
    for capability in CAPABILITIES:
        if LIBC.prctl(DROP_BOUND, ctypes.c_ulong(capability), 0, 0, 0):
            break  # EINVAL: past the kernel's last
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _check(LIBC.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def close_all_but(keep):
    """Close the file descriptors from 3 on that are not to be kept."""
    kept = sorted({2, *(fd for fd in keep if fd > 2)})
    for fd, following in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(fd + 1, following)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
