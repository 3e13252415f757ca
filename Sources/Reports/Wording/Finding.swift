import Policy
import Trace

/// What one test did with one program towards one destination, however many rules and processes took part.
struct Finding {
  /// The earliest of the violations that it joins.
  var violation: Violation
  /// Every rule that decided, the first first.
  var rules: [RuleReference]
  var count: UInt64
  /// The test as people know it.
  var test: String
  /// Every process that did it, as far as known: indices in `Trace.processes`.
  var processes: [Int]

  /// Findings in the order of their first violation.
  static func all(in verdict: Verdict) -> [Finding] { all(of: verdict.violations) }

  /// The same for some of them.
  static func all(of violations: [Violation]) -> [Finding] {
    var findings: [Finding] = []
    var indices: [Key: Int] = [:]
    for violation in violations {
      let test = testLabel(of: violation)
      let key = Key(
        test: test, kind: violation.kind, program: violation.programPath ?? violation.program,
        destination: violation.destination)
      guard let index = indices[key] else {
        indices[key] = findings.count
        findings.append(
          Finding(
            violation: violation, rules: [violation.rule], count: violation.count, test: test,
            processes: violation.processes))
        continue
      }
      findings[index].count += violation.count
      findings[index].processes += violation.processes
      if !findings[index].rules.contains(violation.rule) { findings[index].rules.append(violation.rule) }
    }
    return findings
  }

  private struct Key: Hashable {
    var test: String
    var kind: Violation.Kind
    var program: String
    var destination: String?
  }

  /// The runner's name for the test; Go's are unique only within a package, which leads there.
  private static func testLabel(of violation: Violation) -> String {
    let process = violation.testProcess
    if let name = violation.testName {
      guard process?.runner == "go test", let suite = process?.suite else { return name.visible }
      return "\(suite) \(name)".visible
    }
    guard let process else { return "outside of known tests" }
    return "\([process.runner, process.suite ?? ""].filter { !$0.isEmpty }.joined(separator: " ")) (test unknown)"
      .visible
  }
}

extension Finding {
  /// `curl → tcp://203.0.113.9:443`, `ran git`: what was done, short enough for a name.
  var action: String {
    let program = violation.program.visible
    return switch violation.kind {
    case .network: "\(program) → \((violation.destination ?? "").visible)\(violation.name.suffix)"
    case .process: "ran \(program)"
    case .processCount: "started too many processes"
    case .baseline: violation.destination.map { "\(program) → \($0.visible)" } ?? "ran \(program)"
    }
  }

  /// `3 times`, `12 processes`; nil for once.
  var times: String? {
    if violation.kind == .processCount { return Quantity.count(count, "process", plural: "processes") }
    return count > 1 ? "\(count) times" : nil
  }

  /// `curl → tcp://203.0.113.9:443 is not in network.allow (3 times, ECONNREFUSED)`.
  var sentence: String {
    let program = violation.program.visible
    let rule = violation.rule
    let judged =
      rule.text.hasSuffix(".allow") ? "is not in \(rule.text.visible)" : "is denied by \(Self.text(of: rule))"
    let told =
      switch violation.kind {
      case .network: "\(action) \(judged)"
      case .process: "\(program) ran and \(judged)"
      case .baseline: "\(action) is not in \(Self.text(of: rule))"
      case .processCount: "more processes were started than \(Self.text(of: rule)) allows"
      }
    let detail = [times, violation.result?.visible].compactMap { $0 }
    return detail.isEmpty ? told : "\(told) (\(detail.joined(separator: ", ")))"
  }

  /// What to change in the rules for this to be allowed, one change a rule, where no rule can be added that allows it.
  var changes: [String] {
    guard violation.remedy == nil else { return [] }
    return rules.map { rule in
      let place = Self.place(of: rule)
      return violation.kind == .processCount
        ? "raise \(rule.text) in \(place)".visible : "remove \(rule.text) from \(place)".visible
    }
  }

  /// `network.allow (.process-tracer.yml:4:3)`, one for each rule.
  var ruleTexts: [String] {
    rules.map(Self.text)
  }

  private static func text(of rule: RuleReference) -> String { "\(rule.text) (\(place(of: rule)))".visible }

  /// `.process-tracer.yml:4:3`, `--deny-run`.
  private static func place(of rule: RuleReference) -> String {
    ([rule.source] + [rule.line, rule.column].compactMap { $0 }.map(String.init)).joined(separator: ":")
  }

  /// `sh(4241) ← pytest(4240)`, nil for the command itself.
  var parents: String? {
    violation.ancestry.isEmpty ? nil : violation.ancestry.map(\.visible).joined(separator: " ← ")
  }

  /// The command line, quoted for a shell; with what was left out of it here (over `limit` bytes) and when recorded.
  func commandLine(in trace: Trace, limit: Int) -> String? {
    guard !violation.arguments.isEmpty else { return nil }
    let line = ShellQuoting.line(violation.arguments).cut(toBytes: limit)
    guard let process = violation.process, trace.processes.indices.contains(process),
      let cut = trace.image(of: trace.processes[process], at: violation.firstTime)?.cutArgumentBytes
    else { return line }
    return "\(line) (recorded in part: \(cut) bytes in all)"
  }
}
