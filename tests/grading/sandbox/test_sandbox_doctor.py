"""What the doctor says about this machine and about others."""

import subprocess
import sys

import pytest

from rnncourse.grading import doctor, remedies
from rnncourse.grading.remedies import Machine
from rnncourse.grading.sandbox import NoSandbox

DEBIAN = Machine("Linux", "6.1.0-18-amd64", {"user/max_user_namespaces": "63000"}, False)
OTHERS = {
    "Windows": (DEBIAN._replace(system="Windows", release="10"), "wsl --install -d Debian"),
    "Mac": (DEBIAN._replace(system="Darwin", release="23.4.0"), "limactl start"),
    "WSL 1": (DEBIAN._replace(release="4.4.0-19041-Microsoft"), "wsl --set-version Debian 2"),
    "old": (DEBIAN._replace(release="5.10.0-28-amd64"), "Linux 5.14 or newer"),
}
REFUSALS = {
    "container": (DEBIAN._replace(container=True), "--security-opt seccomp=unconfined"),
    "none": (DEBIAN._replace(switches={remedies.NAMESPACES: "0"}), "user.max_user_namespaces="),
    "root's": (DEBIAN._replace(switches={remedies.DEBIAN: "0"}), "unprivileged_userns_clone=1"),
    "Ubuntu": (DEBIAN._replace(switches={remedies.UBUNTU: "1"}), "/etc/apparmor.d/bwrap"),
    "none in an image": (
        DEBIAN._replace(switches={remedies.NAMESPACES: "0"}, container=True),
        "user.max_user_namespaces=",
    ),
    "another": (DEBIAN, "bwrap --unshare-all --ro-bind / / true"),
}


def report(monkeypatch, capsys, machine):
    monkeypatch.setattr(doctor, "this_machine", lambda: machine)
    status = doctor.main()
    return status, capsys.readouterr().out


def test_this_machine_is_well():
    command = [sys.executable, "-m", "rnncourse.grading.doctor"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line[:6] for line in lines[:5]] == ["ok    "] * 5
    assert lines[-1] == "This machine can confine submissions."


@pytest.mark.parametrize("name", OTHERS)
def test_another_system_gets_its_remedy(monkeypatch, capsys, name):
    machine, words = OTHERS[name]
    status, text = report(monkeypatch, capsys, machine)
    assert status == 1
    assert text.startswith(f"NO    {machine.system} {machine.release}\n") and words in text


def test_a_system_without_the_modules_of_unix_gets_its_remedy():
    code = """if True:
        import platform, sys
        platform.system, sys.modules["resource"] = lambda: "Windows", None
        from rnncourse.grading import doctor
        sys.exit(doctor.main())
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert "wsl --install -d Debian" in done.stdout


@pytest.mark.parametrize("release", ["6.6.87.2-microsoft-standard-WSL2", "5.15.0-92-generic"])
def test_a_new_linux_is_fine(release):
    assert remedies.for_system(DEBIAN._replace(release=release)) is None


@pytest.mark.parametrize("name", REFUSALS)
def test_a_linux_that_refuses_gets_its_remedy(monkeypatch, capsys, name):
    def refuse(argv):
        raise NoSandbox("No sandbox: bwrap: setting up uid map: Permission denied.")

    machine, words = REFUSALS[name]
    monkeypatch.setattr(doctor, "start", refuse)
    status, text = report(monkeypatch, capsys, machine)
    assert status == 1
    assert "NO    No sandbox: bwrap: setting up uid map: Permission denied." in text
    assert words in text


def test_a_missing_program_names_its_package(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    status, text = report(monkeypatch, capsys, DEBIAN)
    assert status == 1
    assert "sudo apt-get install bubblewrap" in text


@pytest.mark.parametrize(
    "error, words",
    [
        (ImportError, "-m pip install pyseccomp"),
        (RuntimeError, "sudo apt-get install libseccomp2"),
    ],
)
def test_a_missing_library_names_its_package(monkeypatch, capsys, error, words):
    def import_module(name):
        raise error(name)

    monkeypatch.setattr(doctor.importlib, "import_module", import_module)
    status, text = report(monkeypatch, capsys, DEBIAN)
    assert status == 1
    assert words in text


def test_libraries_that_do_not_load_inside_are_named(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "INSIDE", "raise SystemExit(1)")
    status, text = report(monkeypatch, capsys, DEBIAN)
    assert status == 1
    assert "NumPy and matplotlib do not load in the sandbox" in text


def test_make_doctor_asks_the_doctor():
    done = subprocess.run(["make", "--dry-run", "doctor"], capture_output=True, text=True)
    assert "rnncourse.grading.doctor" in done.stdout
