"""What a machine's owner does so that submissions can be confined, in the owner's words."""

import re
from typing import NamedTuple


class Machine(NamedTuple):
    """What decides about a sandbox.

    Attributes
    ----------
    system, release : str
        As `uname` tells them.
    switches : dict of str to str
        The settings of SWITCHES that this kernel has.
    container : bool
        Whether this is a container.
    """

    system: str
    release: str
    switches: dict
    container: bool


NAMESPACES = "user/max_user_namespaces"
DEBIAN = "kernel/unprivileged_userns_clone"
UBUNTU = "kernel/apparmor_restrict_unprivileged_userns"
SWITCHES = NAMESPACES, DEBIAN, UBUNTU

OLDEST_KERNEL = 5, 14  # the first that counts the processes of each user namespace by itself


def packages(*names):
    """For what Debian and Ubuntu have ready."""
    return f"Install it: sudo apt-get install {' '.join(names)}"


PYSECCOMP = "Install it into the environment that grades:\n  {python} -m pip install pyseccomp"

WINDOWS = """\
The sandbox is made of parts of Linux. On Windows, grade inside WSL 2; in PowerShell:
  wsl --install -d Debian
then open Debian from the start menu, install git, make and python3-venv there, fetch the course
and run `make doctor` again."""

WSL_1 = """\
This is WSL 1, which has no Linux kernel. In PowerShell, with the name that `wsl -l` shows:
  wsl --set-version Debian 2"""

MAC = """\
The sandbox is made of parts of Linux. On a Mac, grade inside a virtual machine:
  brew install lima
  limactl start --name=grading template://debian-12
  limactl shell grading
and in it install bubblewrap, git, make and python3-venv, fetch the course into its own home
folder (your Mac's files are read-only there), and run `make doctor` again."""

KERNEL = """\
Linux 5.14 or newer is needed: an older one counts the processes of all submissions, and your own,
as one. Debian 12, Ubuntu 22.04 and later have it."""

CONTAINER = """\
This is a container, and containers may not make namespaces unless they are told so. Start it with
  docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined ...
(podman takes the same options), or grade in a virtual machine. On a shared JupyterHub ask the
administrator for a grading container with these options."""

MAX_NAMESPACES = """\
User namespaces are switched off. Switch them on, now and after the next start:
  echo user.max_user_namespaces=15000 | sudo tee /etc/sysctl.d/60-rnncourse.conf
  sudo sysctl --system"""

UNPRIVILEGED = """\
User namespaces are for root alone here. Switch them on for everybody, now and after the next start:
  echo kernel.unprivileged_userns_clone=1 | sudo tee /etc/sysctl.d/60-rnncourse.conf
  sudo sysctl --system"""

APPARMOR = """\
Ubuntu lets only programs with an AppArmor profile make user namespaces. Give bubblewrap one:
  sudo tee /etc/apparmor.d/bwrap >/dev/null <<'PROFILE'
  abi <abi/4.0>,
  include <tunables/global>
  profile bwrap /usr/bin/bwrap flags=(unconfined) {
    userns,
    include if exists <local/bwrap>
  }
  PROFILE
  sudo apparmor_parser -r /etc/apparmor.d/bwrap
If there is a profile named bwrap-userns-restrict, it takes away again what this one gives:
  sudo ln -s /etc/apparmor.d/bwrap-userns-restrict /etc/apparmor.d/disable/
  sudo apparmor_parser -R /etc/apparmor.d/bwrap-userns-restrict"""

UNKNOWN = """\
Nothing known is switched off here. See what the parts say:
  bwrap --unshare-all --ro-bind / / true
  unshare --user --pid --fork true
Is this a managed machine? Its administrator may have forbidden user namespaces."""


def for_system(machine):
    """The remedy when the system itself cannot do it, or None."""
    if machine.system != "Linux":
        return WINDOWS if machine.system == "Windows" else MAC
    if machine.release.endswith("-Microsoft"):
        return WSL_1
    version = tuple(int(number) for number in re.findall(r"\d+", machine.release)[:2])
    return KERNEL if version < OLDEST_KERNEL else None


def for_refusal(machine):
    """The remedy when a Linux that could do it refuses."""
    if machine.switches.get(NAMESPACES) == "0":
        return MAX_NAMESPACES
    if machine.switches.get(DEBIAN) == "0":
        return UNPRIVILEGED
    if machine.container:
        return CONTAINER
    return APPARMOR if machine.switches.get(UBUNTU) == "1" else UNKNOWN
