public import Trace

extension Verdict {
  /// Exit codes of the gate.
  static let violationCode: Int32 = 120
  static let incompleteCode: Int32 = 121

  /// The command's code where no end was recorded: none.
  static let unknownCode: Int32 = -1

  /// What holds of a run before anything was judged.
  init(trace: Trace, mode: Mode) {
    let status = trace.end?.status
    self.init(
      outcomes: status.map { $0.isSuccess ? [] : [.commandFailed] } ?? [], exitCode: 0,
      commandExitCode: status?.shellCode ?? Self.unknownCode, mode: mode, counts: Counts(trace),
      loss: trace.end?.loss ?? EvidenceLoss(), missingHooks: trace.header.hooks.filter { !$0.isAttached })
  }

  /// The verdict on a run that no policy judges, as `trace` makes it: no violations, the command's exit code.
  ///
  /// `commandExitCode` is -1, and the exit code 121, where the record has no end.
  public static func unjudged(_ trace: Trace) -> Verdict {
    var verdict = Verdict(trace: trace, mode: .audit)
    verdict.incompleteReasons = MissingEvidence.reasons(in: trace, needs: EvidenceNeeds())
    verdict.notCovered = Doors.notCovered(in: trace)
    verdict.decide(allowsIncomplete: true, hasEnd: trace.end != nil)
    return verdict
  }

  /// Sets the outcomes and the exit code from violations and reasons.
  mutating func decide(allowsIncomplete: Bool, hasEnd: Bool) {
    if !violations.isEmpty { outcomes.append(.violations) }
    if !incompleteReasons.isEmpty { outcomes.append(.incomplete) }
    let judges = mode != .audit
    if hasEnd, commandExitCode != 0 || !judges {
      exitCode = commandExitCode
    } else if judges, !violations.isEmpty {
      exitCode = Self.violationCode
    } else {
      // Without an end nobody knows that the command passed, whatever may be missing otherwise.
      let isIncomplete = !incompleteReasons.isEmpty && !allowsIncomplete
      exitCode = isIncomplete || !hasEnd ? Self.incompleteCode : 0
    }
  }
}

extension Verdict.Counts {
  init(_ trace: Trace) {
    self.init()
    processes = trace.processes.count
    images = Set(trace.images.lazy.map(\.path)).count
    connections = trace.connections.count
    lookups = trace.lookups.count
    tests = trace.testCases.count { $0.kind == .test }
    let levels = trace.processes.map(\.attribution.level) + trace.connections.map(\.attribution.level)
    for level in levels { eventsByLevel[level.rawValue, default: 0] += 1 }
  }
}
