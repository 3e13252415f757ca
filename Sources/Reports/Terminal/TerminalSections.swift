import Policy
import Trace

/// What stands below the violations: the limits of what was seen and judged, and the totals.
struct TerminalSections {
  /// Items of a list shown before the rest is counted.
  static let itemLimit = 5

  let trace: Trace
  let verdict: Verdict
  let style: TerminalStyle

  func write(into output: inout ChunkBuffer) {
    for door in verdict.notCovered {
      output.line("\(style.paint("not covered:", .warned)) \(door.visible)")
    }
    writeNotJudged(into: &output)
    writeLeaked(into: &output)
    writeListeners(into: &output)
    for hook in verdict.missingHooks {
      output.line("\(style.paint("degraded:", .warned)) hook \(hook.name.visible) is missing: \(hook.cost.visible)")
    }
    for phrase in verdict.loss.phrases {
      output.line("\(style.paint("lost:", .warned)) \(phrase)")
    }
    for reason in verdict.incompleteReasons {
      output.line("\(style.paint("incomplete:", .warned)) \(reason.visible)")
    }
    for note in trace.header.notes + trace.attributionNotes {
      output.line("\(style.paint("note:", .label)) \(note.visible)")
    }
    for policy in verdict.policies {
      let hash = policy.sha256.prefix(12)
      output.line(style.paint("policy: \(policy.path.visible) (sha256 \(hash.description.visible)…)", .label))
    }
    output.line(style.paint("totals: \(verdict.totals)", .label))
  }

  private func writeNotJudged(into output: inout ChunkBuffer) {
    guard !verdict.notJudged.isEmpty else { return }
    let destinations = Set(verdict.notJudged.map(\.destination)).count
    output.line("build phase, not judged: \(Quantity.count(destinations, "destination"))")
    writeItems(
      verdict.notJudged.lazy.map { item in
        let times = item.count > 1 ? " · \(item.count) times" : ""
        return "\(item.program.visible) → \(item.destination.visible)\(times)"
      }, into: &output)
  }

  private func writeLeaked(into output: inout ChunkBuffer) {
    let leaked = trace.processes.filter(\.isLeaked)
    guard !leaked.isEmpty else { return }
    let were = leaked.count == 1 ? "was" : "were"
    let count = Quantity.count(leaked.count, "process", plural: "processes")
    output.line("\(style.paint("leaked:", .warned)) \(count) \(were) alive when the command had ended")
    writeItems(
      leaked.lazy.map { process in
        let image = trace.image(of: process)
        let line = ShellQuoting.line(image?.arguments ?? []).cut(toBytes: TerminalSummary.commandLineLimit)
        let test = testText(of: process.attribution).map { " · \($0)" } ?? ""
        return "\((image?.name ?? "?").visible)(\(process.identity.pid)) \(line)\(test)"
      }, into: &output)
  }

  /// `test_net.py::test_fetch (exact)`, nil where no test is known.
  private func testText(of attribution: Attribution) -> String? {
    guard attribution.level != .none, let test = attribution.testCase else { return nil }
    return "\(trace.testCases[test].name.visible) (\(attribution.level.rawValue))"
  }

  private func writeListeners(into output: inout ChunkBuffer) {
    let open = trace.listeners.filter(\.isStillOpen)
    guard !open.isEmpty else { return }
    output.line("\(style.paint("listening:", .warned)) \(Quantity.count(open.count, "socket")) left open")
    writeItems(
      open.lazy.map { listener in
        let process = listener.process.map { trace.processes[$0] }
        let name = process.flatMap { trace.image(of: $0)?.name } ?? "?"
        return "\(name.visible)(\(listener.processIdentity.pid)) at \(listener.protocol)://\(listener.local)"
      }, into: &output)
  }

  private func writeItems(_ items: some Collection<String>, into output: inout ChunkBuffer) {
    for item in items.prefix(Self.itemLimit) {
      output.line("  \(item)")
    }
    if items.count > Self.itemLimit { output.line("  and \(items.count - Self.itemLimit) more") }
  }
}
