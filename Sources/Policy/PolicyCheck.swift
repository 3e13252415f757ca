/// `policy check FILE`: what a policy file says, all that it extends included.
public struct PolicyCheck: Sendable {
  /// The summary of a good file, or its mistakes, one a line; without a line feed at the end.
  public let text: String
  public let isValid: Bool

  public init(path: String, files: PolicyFiles = .system) {
    do {
      text = Self.summary(of: try PolicyLoader.load(path: path, files: files))
      isValid = true
    } catch {
      text = error.description
      isValid = false
    }
  }

  /// The effective policy in lines.
  public static func summary(of policy: Policy) -> String {
    var lines = policy.sources.map { "policy     \($0.path) (sha256 \($0.sha256))" }
    lines.append("mode       \(policy.mode.rawValue)")
    lines.append("scope      \(policy.scope.rawValue)")
    lines += section("network", allow: policy.network.allow.map(line), deny: policy.network.deny.map(line))
    lines.append("  allowed unless denied: loopback, self, dns, unix sockets; metadata must be named")
    if let harness = policy.harness {
      lines += section("harness", allow: harness.allow.map(line), deny: harness.deny.map(line))
    } else {
      lines.append(policy.judgesHarness ? "harness    judged by network" : "harness    recorded, not judged")
    }
    lines += section("processes", allow: policy.processes.allow?.map(line), deny: policy.processes.deny.map(line))
    if let baseline = policy.processes.baseline {
      lines.append(
        "  baseline \(baseline.path): \(baseline.baseline.programs.count) programs, "
          + "\(baseline.baseline.destinations.count) destinations")
    }
    if let limit = policy.processes.max { lines.append("  at most  \(limit.count) a test") }
    for test in policy.tests {
      lines += section(
        "tests      \(test.match.pattern)",
        allow: (test.networkAllow ?? []).map(line) + (test.processesAllow ?? []).map { "program \(line($0))" },
        deny: (test.networkDeny ?? []).map(line) + (test.processesDeny ?? []).map { "program \(line($0))" })
      if let limit = test.processesMax { lines.append("  at most  \(limit.count) processes") }
    }
    if policy.testsMayWiden {
      lines.append("tests      their expectations may allow more destinations, but under --strict and in enforce")
    }
    if let directory = policy.reportsDirectory { lines.append("reports    \(directory)") }
    return lines.joined(separator: "\n")
  }

  private static func section(_ title: String, allow: [String]?, deny: [String]) -> [String] {
    let allowed =
      allow.map { $0.isEmpty ? ["  allow    nothing"] : $0.map { "  allow    \($0)" } } ?? ["  allow    any"]
    return [title] + allowed + deny.map { "  deny     \($0)" }
  }

  private static func line(_ rule: NetworkRule) -> String {
    var parts = [rule.spec.description]
    if let exe = rule.scopes.exe { parts.append("exe \(exe)") }
    if let argv = rule.scopes.argv { parts.append("argv \(argv.pattern.quotedForMessage)") }
    if let parent = rule.scopes.parent { parts.append("parent \(parent)") }
    if let user = rule.scopes.user { parts.append("user \(user)") }
    return line(parts, rule.expires, rule.reason, rule.reference)
  }

  private static func line(_ rule: ProcessRule) -> String {
    line([rule.program.text], rule.expires, rule.reason, rule.reference)
  }

  private static func line(
    _ parts: [String], _ expires: CalendarDate?, _ reason: String?, _ reference: RuleReference
  ) -> String {
    var parts = parts
    if let expires { parts.append("until \(expires)") }
    if let reason { parts.append("(\(reason))") }
    let place = [reference.source, reference.line.map(String.init)].compactMap { $0 }.joined(separator: ":")
    return parts.joined(separator: " ") + "  # \(place)"
  }
}
