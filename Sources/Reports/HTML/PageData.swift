import JSONWriting
import Policy
import Trace

/// The run as the page reads it: one JSON object, with what there is much of in columns.
///
/// Times are whole microseconds from the origin, -1 where unknown; so is every index.
struct PageData {
  /// Longer command lines are cut here, with the number of bytes left out.
  static let textLimit = 8192

  let trace: Trace
  let verdict: Verdict
  let findings: [Finding]
  let origin: BootInstant
  let end: BootInstant
  private let paths: TextTable
  private let directories: TextTable

  init(_ trace: Trace, _ verdict: Verdict, _ findings: [Finding]) {
    self.trace = trace
    self.verdict = verdict
    self.findings = findings
    let lanes = TimelineLanes(trace)
    origin = lanes.origin
    end = lanes.runEnd
    paths = TextTable(trace.images.lazy.map(\.path) + trace.flows.lazy.map { $0.executable ?? $0.command })
    directories = TextTable(trace.images.lazy.map(\.workingDirectory))
  }

  func write(to sink: ([UInt8]) throws -> Void) rethrows {
    var json = JSONWriter(capacity: ChunkBuffer.chunkSize)
    try json.object { json in
      json.member("duration", time(end))
      json.member("levels", Attribution.Level.allCases.map(\.rawValue))
      writeVerdict(into: &json)
      writeFacts(into: &json)
      json.member("paths", paths.texts.map(\.visible))
      json.member("directories", directories.texts.map(\.visible))
      try writeImages(into: &json, to: sink)
      try json.rows("tests", trace.testCases, to: sink) { test, json in
        json.string(test.runner.visible)
        if let suite = test.suite { json.string(suite.visible) } else { json.null() }
        json.string(test.name.visible)
        json.string(test.kind.rawValue)
        if let result = test.result { json.string(result.rawValue) } else { json.null() }
      }
      try json.member("processes", object: { try writeProcesses(into: &$0, to: sink) })
      try writeNetwork(into: &json, to: sink)
      try json.member(
        "violations",
        array: { json in
          for finding in findings {
            json.object { write(finding, into: &$0) }
            try json.passOn(to: sink)
          }
        })
    }
    try sink(json.bytes)
  }

  /// Microseconds from the origin.
  func time(_ instant: BootInstant) -> UInt64 { instant.nanoseconds(since: origin) / 1000 }

  // MARK: The run as a whole

  private func writeVerdict(into json: inout JSONWriter) {
    json.member(
      "verdict",
      object: { json in
        json.member("mode", verdict.mode.rawValue)
        json.member("incomplete", verdict.incompleteReasons.map(\.visible))
        json.member("notCovered", verdict.notCovered.map(\.visible))
        json.member("lost", verdict.loss.phrases)
        json.member("missingHooks", verdict.missingHooks.map { "\($0.name): \($0.cost)".visible })
        json.member(
          "notJudged",
          verdict.notJudged.map { "\($0.program) → \($0.destination) · \($0.count) times".visible })
        json.member("notes", (trace.header.notes + trace.attributionNotes).map(\.visible))
      })
  }

  private func writeFacts(into json: inout JSONWriter) {
    let header = trace.header
    let start = UnixTime(nanoseconds: header.unixNanoseconds(header.start)).description
    var facts = [
      ("exit code", String(verdict.exitCode)), ("command's exit code", String(verdict.commandExitCode)),
      ("mode", verdict.mode.rawValue), ("started", start), ("directory", header.workingDirectory),
      ("host", header.hostname), ("kernel", header.kernelRelease), ("trace id", header.traceID),
      ("process-tracer", header.toolVersion),
    ]
    facts += verdict.policies.enumerated().map {
      ("policy \($0.offset + 1)", "\($0.element.path) \($0.element.sha256)")
    }
    json.member(
      "facts",
      object: { json in
        for (key, value) in facts {
          json.key(key)
          json.string(value.visible)
        }
      })
  }

  private func writeImages(into json: inout JSONWriter, to sink: ([UInt8]) throws -> Void) rethrows {
    try json.rows("images", trace.images, to: sink) { image, json in
      json.integer(paths.index(of: image.path))
      var line = ShellQuoting.line(image.arguments).cut(toBytes: Self.textLimit)
      if let cut = image.cutArgumentBytes { line += " (recorded in part: \(cut) bytes in all)" }
      json.string(line)
      json.integer(directories.index(of: image.workingDirectory))
      json.integer(image.uid)
      json.string(image.flags.contains(.deleted) ? "the file had no name: a memfd, or deleted" : "")
    }
  }

  // MARK: Violations

  private func write(_ finding: Finding, into json: inout JSONWriter) {
    let violation = finding.violation
    json.member("action", finding.action)
    json.member("test", finding.test)
    json.member("testIndex", testIndex(of: violation))
    json.optional("level", violation.testName.map { _ in violation.level.rawValue })
    json.optional("times", finding.times)
    json.optional("result", violation.result?.visible)
    json.optional("command", finding.commandLine(in: trace, limit: Self.textLimit))
    json.optional("path", violation.programPath?.visible)
    json.member("pid", violation.processIdentity.pid)
    json.optional("ancestry", finding.parents)
    json.optional("destination", violation.destination.map { "\($0.visible)\(violation.name.suffix)" })
    json.member("first", UnixTime(nanoseconds: trace.header.unixNanoseconds(violation.firstTime)).description)
    json.member("time", time(violation.firstTime))
    json.member("rules", finding.ruleTexts)
    json.optional("flag", violation.remedy?.flag.visible)
    json.optional("yaml", violation.remedy?.yaml.visible)
    json.member("changes", finding.changes)
    json.member("processes", array: { for process in Set(finding.processes).sorted() { $0.integer(process) } })
  }

  private func testIndex(of violation: Violation) -> Int {
    guard let process = violation.process, trace.processes.indices.contains(process) else { return -1 }
    return trace.processes[process].attribution.testCase ?? -1
  }

  // MARK: Columns

  func pathIndex(_ path: String) -> Int { paths.index(of: path) }
}
