"""What a verdict says, out of verdict.json."""

from __future__ import annotations

import shlex


def destinations(verdict: dict) -> set[str]:
    """`192.0.2.1:443` for every violation that has a destination."""
    found = [violation["destination"] for violation in verdict["violations"] if violation["destination"]]
    return {_endpoint(destination) for destination in found}


def _endpoint(destination: dict) -> str:
    address = destination["address"]
    return f"[{address}]:{destination['port']}" if ":" in address else f"{address}:{destination['port']}"


def programs(verdict: dict) -> set[str]:
    return {violation["process"]["program"] for violation in verdict["violations"]}


def remedy_flags(verdict: dict) -> list[str]:
    """The flags that would allow every violation, as arguments."""
    flags = dict.fromkeys(violation["remedy"]["flag"] for violation in verdict["violations"])
    return [part for flag in flags for part in shlex.split(flag)]


def remedy_lines(verdict: dict) -> list[str]:
    """The policy lines that would allow every violation."""
    return list(dict.fromkeys(violation["remedy"]["yaml"] for violation in verdict["violations"]))
