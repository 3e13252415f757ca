import JSONWriting
public import Policy
public import Trace

/// The machine's answer: one JSON object (`--verdict`), every key always there, `null` where nothing is known.
///
/// Times are RFC 3339 in UTC with nanoseconds. A violation's `destination` is `null` for a program; its `name` is the
/// host name and `nameSource` how it is known (`dns`, `hosts`; `dns-unproven`, `sni`, `http-host` are claims), both `null`
/// where nothing names the address.
public struct VerdictReport: Report {
  /// Raised when a reader of the old shape would misread the new one.
  public static let formatVersion = 1

  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    var json = JSONWriter(capacity: ChunkBuffer.chunkSize)
    try json.object { json in
      json.member("formatVersion", Self.formatVersion)
      Self.writeOutcome(verdict, of: trace, into: &json)
      try json.member(
        "violations",
        array: { json in
          for violation in verdict.violations {
            json.object { Self.write(violation, of: trace, into: &$0) }
            try json.passOn(to: sink)
          }
        })
      Self.writeCounts(verdict, into: &json)
      Self.write(verdict.loss, into: &json)
      json.member(
        "missingHooks",
        array: { json in
          for hook in verdict.missingHooks {
            json.object {
              $0.member("name", hook.name)
              $0.member("required", hook.isRequired)
              $0.member("cost", hook.cost)
            }
          }
        })
      json.member("notCovered", verdict.notCovered)
      try json.member(
        "notJudged",
        array: { json in
          for destination in verdict.notJudged {
            json.object {
              $0.member("program", destination.program)
              $0.member("destination", destination.destination)
              $0.member("count", destination.count)
            }
            try json.passOn(to: sink)
          }
        })
      json.member("incomplete", verdict.incompleteReasons)
      json.member("hostNotes", trace.header.notes)
      json.member("attributionNotes", trace.attributionNotes)
    }
    json.endLine()
    try sink(json.bytes)
  }

  private static func writeOutcome(_ verdict: Verdict, of trace: Trace, into json: inout JSONWriter) {
    json.member("toolVersion", trace.header.toolVersion)
    json.member("traceId", trace.header.traceID)
    json.member("outcome", verdict.outcomes.map(\.rawValue))
    json.member("exitCode", verdict.exitCode)
    json.member("commandExitCode", verdict.commandExitCode)
    json.member("mode", verdict.mode.rawValue)
    json.member(
      "policy",
      array: { json in
        for policy in verdict.policies {
          json.object {
            $0.member("path", policy.path)
            $0.member("sha256", policy.sha256)
          }
        }
      })
  }

  private static func writeCounts(_ verdict: Verdict, into json: inout JSONWriter) {
    json.member(
      "counts",
      object: { json in
        json.member("processes", verdict.counts.processes)
        json.member("images", verdict.counts.images)
        json.member("connections", verdict.counts.connections)
        json.member("lookups", verdict.counts.lookups)
        json.member("tests", verdict.counts.tests)
        json.member(
          "eventsByLevel",
          object: { json in
            for (level, count) in verdict.levelCounts {
              json.key(level)
              json.integer(count)
            }
          })
      })
  }

  private static func write(_ loss: EvidenceLoss, into json: inout JSONWriter) {
    func counts(_ values: [String: UInt64], _ json: inout JSONWriter) {
      for (name, count) in values.sorted(by: { $0.key < $1.key }) {
        json.key(name)
        json.integer(count)
      }
    }
    json.member(
      "lost",
      object: { json in
        json.member("records", object: { counts(loss.ringFailures, &$0) })
        json.member("processes", loss.membersRefused)
        json.member("destinations", loss.flowsRefused)
        json.member("images", loss.imagesRefused)
        json.member("sockets", loss.socketsRefused)
        json.member("threads", loss.threadsRefused)
        json.member("datagrams", loss.packetsUnparsed)
        json.member("names", loss.namesRefused)
        json.member("questions", loss.questionsRefused)
        json.member("resolvers", loss.resolversRefused)
        json.member("dnsMessages", loss.messagesUnparsed)
        json.member("programRuns", object: { counts(loss.recursionMisses, &$0) })
      })
  }
}
