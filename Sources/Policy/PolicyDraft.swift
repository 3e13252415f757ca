public import Trace

/// `policy init`: the smallest policy by which recorded runs pass.
///
/// One rule a line in the order of their texts, each with a comment: which test and program needed it, and in how many
/// of the runs, where not in all.
public struct PolicyDraft: Sendable {
  private struct Need {
    /// Tests and programs, in the order of their first times.
    var users: [String] = []
    var runs: Set<Int> = []
  }

  private var destinations: [String: Need] = [:]
  private var programs: [String: Need] = [:]
  private var runCount = 0
  /// Why a run's evidence is not whole, one sentence each: what is missing may need a rule as well.
  public private(set) var incompleteReasons: [String] = []

  /// - Parameter scope: whose destinations get rules, as the gate will judge them.
  public init(_ traces: [Trace], scope: Policy.Scope = .tests) {
    for trace in traces { add(trace, scope: scope) }
  }

  private mutating func add(_ trace: Trace, scope: Policy.Scope) {
    var nothing = Policy()
    nothing.scope = scope
    nothing.processes.allow = []
    let verdict = nothing.evaluate(trace)
    for violation in verdict.violations {
      let user = [violation.testName, violation.program].compactMap { $0 }.joined(separator: ", ")
      switch violation.kind {
      case .network: note(&destinations, Self.rule(for: violation), user)
      case .process: note(&programs, Self.pattern(for: violation).quotedForMessage, user)
      case .processCount, .baseline: break
      }
    }
    incompleteReasons += verdict.incompleteReasons
    runCount += 1
  }

  private func note(_ needs: inout [String: Need], _ rule: String, _ user: String) {
    if needs[rule]?.users.contains(user) != true { needs[rule, default: Need()].users.append(user) }
    needs[rule]?.runs.insert(runCount)
  }

  private static func rule(for violation: Violation) -> String {
    if violation.transport == .ioUring { return DestinationKeyword.ioUring.rawValue }
    guard let endpoint = violation.endpoint, let transport = violation.transport,
      DestinationText.isKnown(endpoint, protocol: transport)
    else { return "{ net: any, exe: \(pattern(for: violation).quotedForMessage) }" }
    return NetworkSpec(endpoint, protocol: transport, name: violation.name).description.quotedForMessage
  }

  /// A file name: paths differ from machine to machine.
  private static func pattern(for violation: Violation) -> String {
    String(
      String.UnicodeScalarView(
        violation.program.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }

  /// The policy file, ended by a line feed.
  public var text: String {
    var lines = ["version: 1", "network:", "  allow:\(destinations.isEmpty ? " []" : "")"]
    lines += rules(destinations)
    lines += ["processes:", "  allow:\(programs.isEmpty ? " []" : "")"]
    lines += rules(programs)
    return lines.joined(separator: "\n") + "\n"
  }

  private func rules(_ needs: [String: Need]) -> [String] {
    needs.sorted { $0.key < $1.key }.map { rule, need in
      "    - \(rule)  # \(comment(on: need))"
    }
  }

  private static let userLimit = 3

  private func comment(on need: Need) -> String {
    var parts = need.users.prefix(Self.userLimit).map(\.onOneLine)
    if need.users.count > Self.userLimit { parts.append("and \(need.users.count - Self.userLimit) more") }
    let seen = need.runs.count < runCount ? ["flaky: in \(need.runs.count) of \(runCount) runs"] : []
    return (seen + parts).joined(separator: "; ")
  }
}

extension String {
  /// Without what would end a comment, or that people could not see.
  fileprivate var onOneLine: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map {
          $0.properties.generalCategory == .control || $0.properties.generalCategory == .lineSeparator
            || $0.properties.generalCategory == .paragraphSeparator || $0.properties.generalCategory == .format
            ? "?" : $0
        }))
  }
}
