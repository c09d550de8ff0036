"""Get out of the sandbox: namespaces, devices, rare system calls, rights, limits."""

from tests.grading.attacks.bank.kit import CALL, attack, fill

NO_RIGHTS = "this container gives it no capabilities and a read-only system"


@attack("harm: the right to make namespaces and mounts")
def nested_namespaces(notebook):
    """Makes a user namespace of its own, in which it may mount."""
    fill(
        notebook,
        CALL
        + """
def nest():
    if os.fork() == 0:
        try:
            os._exit(0 if libc.unshare(0x10000000 | 0x00020000) == 0 else 1)
        finally:
            os._exit(1)
    if os.wait()[1]:
        raise PermissionError("unshare")

attempt("user-namespace", nest)
""",
    )


@attack("harm: settings of the whole machine", stock=NO_RIGHTS)
def settings_of_the_kernel(notebook):
    """Opens the core pattern and other settings of the kernel for writing, and cgroups."""
    fill(
        notebook,
        """
import glob
places = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger",
          "/proc/sys/kernel/hostname", "/sys/kernel/uevent_helper"]
places += glob.glob("/sys/fs/cgroup/**/release_agent")[:3]
places += glob.glob("/sys/fs/cgroup/**/cgroup.procs")[:3]
for place in places:
    attempt("writable:" + place, lambda: open(place, "a").close())
""",
    )


@attack("harm: a device", stock=NO_RIGHTS)
def devices(notebook):
    """Opens disks, memory and the console, and makes a device node of its own."""
    fill(
        notebook,
        """
import glob, os
for place in ["/dev/mem", "/dev/kmsg", "/dev/port", "/dev/fuse", "/dev/kvm"] + glob.glob(
        "/dev/[sv]d*"):
    attempt("device:" + place, lambda: os.close(os.open(place, os.O_RDWR)))
attempt("mknod", lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(254, 0)))
""",
    )


@attack("harm: rights", stock="")
def rights(notebook):
    """Looks for capabilities, setuid programs and the right to become root."""
    fill(
        notebook,
        """
import os, subprocess
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
if int(status["CapEff"], 16) or int(status["CapPrm"], 16):
    boast("capabilities")
if status["NoNewPrivs"].strip() == "0":
    boast("setuid-programs-work")
if os.getuid() == 0 and os.access("/etc/shadow", os.R_OK):
    boast("reads-as-root")
for command in ["su", "-c", "true"], ["mount", "-t", "tmpfs", "none", "/mnt"]:
    try:
        if subprocess.run(command, capture_output=True, timeout=5).returncode == 0:
            boast(command[0])
    except (OSError, subprocess.SubprocessError):
        pass
""",
    )


@attack("harm: calls that sandboxes have been broken with")
def rare_system_calls(notebook):
    """Tries calls that no assignment needs: keys, bpf, io_uring, userfaultfd, perf, mounts."""
    fill(
        notebook,
        CALL
        + """
NUMBERS = {"x86_64": dict(bpf=321, perf_event_open=298, userfaultfd=323, io_uring_setup=425,
                          add_key=248, keyctl=250, fsopen=430, open_tree=428, setns=308,
                          process_vm_readv=310, kcmp=312, name_to_handle_at=303),
           "aarch64": dict(bpf=280, perf_event_open=241, userfaultfd=282, io_uring_setup=425,
                           add_key=217, keyctl=219, fsopen=430, open_tree=428, setns=268,
                           process_vm_readv=270, kcmp=272, name_to_handle_at=264)}
number = NUMBERS[os.uname().machine]
room = ctypes.create_string_buffer(256)
tries = {
    "add_key": (b"user", b"left-behind", b"x", 1, -3),
    "keyctl": (0, -3, 0),
    "bpf": (0, room, 72),
    "userfaultfd": (0,),
    "io_uring_setup": (4, room),
    "fsopen": (b"tmpfs", 0),
    "open_tree": (-100, b"/", 1),
}
for name, args in tries.items():
    attempt(name, lambda: call(number[name], *args))
""",
    )


@attack("harm: limits are raised")
def limits_raised(notebook):
    """Raises its own limits, its priority and its chance to survive a lack of memory."""
    fill(
        notebook,
        """
import os, resource
for name in "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_CPU":
    if resource.getrlimit(getattr(resource, name))[1] == resource.RLIM_INFINITY:
        boast("no-limit:" + name)
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -5))
attempt("real-time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
attempt("oom", lambda: open("/proc/self/oom_score_adj", "wb", 0).write(b"-900"))
""",
    )


@attack("harm: text on the instructor's terminal", stock="the kernel has no terminal")
def terminal(notebook):
    """Pushes characters into the terminal that the grader was started from."""
    fill(
        notebook,
        """
import fcntl, os, termios
for place in "/dev/tty", "/dev/console", "/dev/pts/0":
    def push():
        descriptor = os.open(place, os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(descriptor, termios.TIOCSTI, b"\\n")
    attempt("terminal", push)
for number in range(3):
    attempt("terminal", lambda: fcntl.ioctl(number, termios.TIOCSTI, b"\\n"))
""",
    )
