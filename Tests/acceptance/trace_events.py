"""The rules of Chrome trace events that viewers rely on."""

from __future__ import annotations

from collections import Counter, defaultdict

KNOWN_PHASES = {"M", "X", "b", "e", "s", "f", "i"}


def check(events: list[dict]) -> None:
    for event in events:
        assert event["ph"] in KNOWN_PHASES, event
        assert isinstance(event["name"], str) and isinstance(event["pid"], int) and isinstance(event["tid"], int)
        assert event["ph"] == "M" or event["ts"] >= 0, event
        assert event["ph"] != "X" or event["dur"] >= 0, event
    _slices_nest(events)
    _flows_pair(events)
    _asynchronous_slices_pair(events)


def _thousandths(number: float) -> int:
    return round(number * 1000)


def _slices_nest(events: list[dict]) -> None:
    lanes = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            start = _thousandths(event["ts"])
            lanes[event["pid"], event["tid"]].append((start, start + _thousandths(event["dur"]), event["name"]))
    for lane in lanes.values():
        open_ends = []
        for start, end, name in sorted(lane, key=lambda each: (each[0], -each[1])):
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1], name
            open_ends.append(end)


def _flows_pair(events: list[dict]) -> None:
    """A flow starts inside a slice of one lane and ends inside a slice of another, once each."""
    slices = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            slices[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    starts = Counter(event["id"] for event in events if event["ph"] == "s")
    ends = Counter(event["id"] for event in events if event["ph"] == "f")
    assert starts == ends and set(starts.values()) <= {1}
    for event in events:
        if event["ph"] in "sf":
            inside = [start <= event["ts"] <= end + 0.001 for start, end in slices[event["pid"], event["tid"]]]
            assert any(inside), event


def _asynchronous_slices_pair(events: list[dict]) -> None:
    begins = {(each["cat"], each["id"], each["pid"]): each["ts"] for each in events if each["ph"] == "b"}
    ends = {(each["cat"], each["id"], each["pid"]): each["ts"] for each in events if each["ph"] == "e"}
    assert begins.keys() == ends.keys()
    assert len(begins) == sum(event["ph"] == "b" for event in events)
    assert all(ends[key] >= begins[key] for key in begins)
