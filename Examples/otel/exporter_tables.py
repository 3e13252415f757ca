"""OTLP JSON lines as the rows that the collector's ClickHouse exporter makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

SPAN_KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
STATUS_CODES = ["Unset", "Ok", "Error"]


def span_rows(path: Path) -> Iterator[dict]:
    """Rows of otel_traces, from a file of TracesData lines."""
    for resource, scope, span in _items(path, "resourceSpans", "scopeSpans", "spans"):
        status = span.get("status", {})
        events, links = span.get("events", []), span.get("links", [])
        yield {
            "Timestamp": _time(span["startTimeUnixNano"]),
            "TraceId": span["traceId"],
            "SpanId": span["spanId"],
            "ParentSpanId": span.get("parentSpanId", ""),
            "TraceState": span.get("traceState", ""),
            "SpanName": span["name"],
            "SpanKind": SPAN_KINDS[span.get("kind", 0)],
            "ServiceName": _attributes(resource).get("service.name", ""),
            "ResourceAttributes": _attributes(resource),
            "ScopeName": scope.get("scope", {}).get("name", ""),
            "ScopeVersion": scope.get("scope", {}).get("version", ""),
            "SpanAttributes": _attributes(span),
            "Duration": int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]),
            "StatusCode": STATUS_CODES[status.get("code", 0)],
            "StatusMessage": status.get("message", ""),
            "Events.Timestamp": [_time(event["timeUnixNano"]) for event in events],
            "Events.Name": [event["name"] for event in events],
            "Events.Attributes": [_attributes(event) for event in events],
            "Links.TraceId": [link["traceId"] for link in links],
            "Links.SpanId": [link["spanId"] for link in links],
            "Links.TraceState": [link.get("traceState", "") for link in links],
            "Links.Attributes": [_attributes(link) for link in links],
        }


def log_rows(path: Path) -> Iterator[dict]:
    """Rows of otel_logs, from a file of LogsData lines."""
    for resource, scope, record in _items(path, "resourceLogs", "scopeLogs", "logRecords"):
        yield {
            "Timestamp": _time(record.get("timeUnixNano") or record["observedTimeUnixNano"]),
            "TraceId": record.get("traceId", ""),
            "SpanId": record.get("spanId", ""),
            "TraceFlags": record.get("flags", 0) & 0xFF,
            "SeverityText": record.get("severityText", ""),
            "SeverityNumber": record.get("severityNumber", 0),
            "ServiceName": _attributes(resource).get("service.name", ""),
            "Body": _text(record.get("body", {})),
            "ResourceSchemaUrl": resource["schemaUrl"],
            "ResourceAttributes": _attributes(resource),
            "ScopeSchemaUrl": scope.get("schemaUrl", ""),
            "ScopeName": scope.get("scope", {}).get("name", ""),
            "ScopeVersion": scope.get("scope", {}).get("version", ""),
            "ScopeAttributes": _attributes(scope.get("scope", {})),
            "LogAttributes": _attributes(record),
            "EventName": record.get("eventName", ""),
        }


def _items(path: Path, resources: str, scopes: str, items: str) -> Iterator[tuple[dict, dict, dict]]:
    with open(path, encoding="utf-8") as file:
        for line in file:
            for of_resource in json.loads(line)[resources]:
                resource = of_resource["resource"] | {"schemaUrl": of_resource.get("schemaUrl", "")}
                for scope in of_resource[scopes]:
                    for item in scope[items]:
                        yield resource, scope, item


def _time(nanoseconds: str) -> str:
    """As ClickHouse reads a DateTime64(9): seconds with nine digits behind the point."""
    return f"{nanoseconds[:-9]}.{nanoseconds[-9:]}"


def _attributes(of: dict) -> dict[str, str]:
    return {each["key"]: _text(each["value"]) for each in of.get("attributes", [])}


def _text(value: dict) -> str:
    """An AnyValue as the collector's Value.AsString tells it: text as it is, arrays as Go's JSON."""
    [kind, content] = next(iter(value.items()), ("stringValue", ""))
    match kind:
        case "stringValue":
            return content
        case "boolValue":
            return "true" if content else "false"
        case "intValue":
            return str(content)
        case "arrayValue":
            text = json.dumps([_raw(each) for each in content["values"]], ensure_ascii=False, separators=(",", ":"))
            for character in "<>&\u2028\u2029":
                text = text.replace(character, f"\\u{ord(character):04x}")
            return text
        case _:
            raise ValueError(f"{kind}: process-tracer writes text, whole numbers, booleans and arrays of them")


def _raw(value: dict) -> str | bool | int:
    [kind, content] = next(iter(value.items()))
    return int(content) if kind == "intValue" else content
