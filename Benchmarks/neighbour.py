"""Another host: a network namespace with one address, behind a pair of virtual devices."""

from __future__ import annotations

import os
import subprocess

ADDRESS = "192.0.2.2"


class Neighbour:
    """As long as the `with` lasts; commands that are wrapped have a route to `ADDRESS`, and to nowhere else."""

    def __enter__(self) -> Neighbour:
        self._near, self._far = (f"overhead-{os.getpid()}-{end}" for end in ("near", "far"))
        _ip("netns", "add", self._near)
        _ip("netns", "add", self._far)
        _ip("link", "add", "near", "netns", self._near, "type", "veth", "peer", "name", "far", "netns", self._far)
        for namespace, device, address in ((self._near, "near", "192.0.2.1"), (self._far, "far", ADDRESS)):
            _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", device)
            _ip("-n", namespace, "link", "set", device, "up")
            _ip("-n", namespace, "link", "set", "lo", "up")
        return self

    def wrap(self, command: list[str]) -> list[str]:
        return ["nsenter", f"--net=/run/netns/{self._near}", *command]

    def __exit__(self, *_: object) -> None:
        _ip("netns", "del", self._near)
        _ip("netns", "del", self._far)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
