"""A throw-away user of this machine, with Debian's sudo, and the ways in which such a user gets the tool its rights."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import BINARY, Finished, Tool, clean_environment, quoted

CAPABILITIES = "cap_bpf,cap_perfmon,cap_net_admin=ep"


class Person:
    """A user with a home of their own, the tool in `bin`, and the same with file capabilities in `capable`."""

    def __init__(self, name: str):
        entry = pwd.getpwnam(name)
        self.name, self.uid, self.gid, self.home = name, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir)
        self.binary = self.home / "bin" / "process-tracer"
        self.capable_binary = self.home / "capable" / "process-tracer"

    def shell(self, script: str, *arguments: object) -> list[str]:
        """A command line that runs a script as this user, in a shell that stays the caller of what it starts."""
        return [*self.prefix, "/bin/sh", "-c", f"{script}\nexit $?", "sh", *map(str, arguments)]

    @property
    def prefix(self) -> list[str]:
        return ["/usr/bin/setpriv", "--reuid", self.name, "--regid", str(self.gid), "--init-groups"]

    @property
    def environment(self) -> dict[str, str]:
        home = {"HOME": str(self.home), "USER": self.name, "LOGNAME": self.name, "SHELL": "/bin/sh"}
        return {**clean_environment(), **home, "PATH": f"{self.home}/toolchain:/usr/local/bin:/usr/bin:/bin"}

    def run(self, script: str, *arguments: object, **options) -> subprocess.CompletedProcess:
        options.setdefault("env", self.environment)
        return subprocess.run(
            self.shell(script, *arguments), capture_output=True, cwd=self.home, timeout=60, **options
        )

    def directory(self, name: str) -> Path:
        """A directory of this user's, empty."""
        path = self.home / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        os.chown(path, self.uid, self.gid)
        return path

    def copy_of(self, program: Path) -> Path:
        """A program where this user can execute it, which may not be so where the repository lies."""
        copy = Path(shutil.copy(program, self.home / "bin"))
        os.chown(copy, self.uid, self.gid)
        return copy

    def foreign_files(self) -> list[Path]:
        """What in the home belongs to somebody else."""
        every = [self.home, *self.home.rglob("*")]
        return [path for path in every if path.lstat().st_uid != self.uid or path.lstat().st_gid != self.gid]


COMMENT = "process-tracer test"


@contextmanager
def a_user(name: str, may_sudo: bool) -> Iterator[Person]:
    """Makes the user, removes it again with everything of it; and those that killed runs have left."""
    remove_abandoned()
    comment = f"{COMMENT} {os.getpid()} {start_of(os.getpid())}"
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", "--comment", comment, name], check=True)
    try:
        sudoers = sudoers_of(name)
        person = Person(name)
        if may_sudo:
            sudoers.write_text(f"{name} ALL=(ALL:ALL) NOPASSWD: ALL\n")
            sudoers.chmod(0o440)
        for binary in (person.binary, person.capable_binary):
            binary.parent.mkdir()
            shutil.copy(BINARY, binary)
            for path in (binary.parent, binary):
                os.chown(path, person.uid, person.gid)
        subprocess.run(["setcap", CAPABILITIES, person.capable_binary], check=True)
        yield person
    finally:
        remove(name)


def sudoers_of(name: str) -> Path:
    return Path("/etc/sudoers.d") / name


def start_of(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def remove(name: str, check: bool = True) -> None:
    sudoers_of(name).unlink(missing_ok=True)
    subprocess.run(["userdel", "--remove", "--force", name], check=check, stderr=subprocess.DEVNULL)


def remove_abandoned() -> None:
    """Removes the users whose makers, told by pid and start, are no more. Another run may do so at the same time."""
    for entry in pwd.getpwall():
        if entry.pw_gecos.startswith(COMMENT):
            pid, start = entry.pw_gecos.removeprefix(COMMENT).split()
            if start_of(int(pid)) != start:
                remove(entry.pw_name, check=False)


class UsersTool(Tool):
    """The tool as a user calls it, one way or the other."""

    def __init__(self, person: Person, way: str, directory: Path):
        super().__init__(directory)
        self.person = person
        self.way = way

    @property
    def call(self) -> str:
        """How the tool is called, as shell words."""
        return {
            "self-elevation": quoted(self.person.binary),
            "sudo": f"sudo {quoted(self.person.binary)}",
            "file capabilities": f"{quoted(self.person.capable_binary)}",
        }[self.way]

    def arguments(self, verb, command, options=[], report=True):
        arguments, reports = super().arguments(verb, command, options, report)
        return [*self.person.prefix, *self.call.replace("'", "").split(), *arguments[1:]], reports

    def __call__(self, verb, *command, environment={}, **options) -> Finished:
        options.setdefault("directory", self.person.home)
        return super().__call__(verb, *command, environment={**self.person.environment, **environment}, **options)
