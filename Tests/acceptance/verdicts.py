"""What a verdict says, out of verdict.json."""

from __future__ import annotations


def destinations(verdict: dict) -> set[str]:
    """`192.0.2.1:443` for every violation that has a destination."""
    found = {violation.get("destination") for violation in verdict["violations"]} - {None}
    return {text.split("://", 1)[-1] for text in found}


def programs(verdict: dict) -> set[str]:
    return {violation["program"] for violation in verdict["violations"]}


def remedy_flags(verdict: dict) -> list[str]:
    """The flags that would allow every violation, as arguments."""
    flags = dict.fromkeys(violation["remedy"]["flag"] for violation in verdict["violations"])
    return [part for flag in flags for part in flag.split(" ", 1)]


def remedy_lines(verdict: dict) -> list[str]:
    """The policy lines that would allow every violation."""
    return list(dict.fromkeys(violation["remedy"]["yaml"] for violation in verdict["violations"]))
