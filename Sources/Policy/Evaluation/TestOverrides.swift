import Trace

/// The rules that hold for a test case: the run's with those of `tests:`.
struct TestOverrides {
  private let policy: Policy
  private let trace: Trace
  private var matches: [Int: [TestRules]] = [:]
  private var networks: [Int: NetworkRules] = [:]
  private var programs: [Int: ProcessRules] = [:]

  init(policy: Policy, trace: Trace) {
    self.policy = policy
    self.trace = trace
  }

  /// The test case that something is known to belong to.
  static func testCase(of attribution: Attribution) -> Int? {
    attribution.level == .none ? nil : attribution.testCase
  }

  mutating func network(for attribution: Attribution) -> NetworkRules {
    guard !policy.tests.isEmpty || policy.testsMayWiden, let test = Self.testCase(of: attribution) else {
      return policy.network
    }
    if let known = networks[test] { return known }
    var rules = policy.network
    let entries = rulesMatching(test)
    rules.deny += entries.firstValue(\.networkDeny) ?? []
    // Markers need no privilege: hostile code could name itself any test.
    if !policy.isStrict {
      rules.allow += entries.firstValue(\.networkAllow) ?? []
      // What was refused at once was not allowed, whatever a test says.
      if policy.testsMayWiden, policy.mode != .enforce { rules.allow += Self.expectations(of: trace.testCases[test]) }
    }
    networks[test] = rules
    return rules
  }

  /// What a test's own expectations allow; what is no destination is a failure of the test, not of the policy.
  private static func expectations(of test: TestCase) -> [NetworkRule] {
    test.allowed.compactMap { text in
      do throws(GrammarError) {
        let spec = try NetworkSpec(text)
        try spec.checkMeaning(inDenyList: false)
        return NetworkRule(spec: spec, reference: RuleReference(text: text, source: "an expectation of \(test.name)"))
      } catch {
        return nil
      }
    }
  }

  mutating func processes(for attribution: Attribution) -> ProcessRules {
    guard !policy.tests.isEmpty, let test = Self.testCase(of: attribution) else { return policy.processes }
    if let known = programs[test] { return known }
    var rules = policy.processes
    let entries = rulesMatching(test)
    rules.deny += entries.firstValue(\.processesDeny) ?? []
    if let entry = entries.first(where: { $0.processesAllow != nil }), let allow = entry.processesAllow {
      if rules.allow == nil {
        rules.allow = allow
        rules.allowReference = entry.processesAllowReference
      } else if !policy.isStrict {
        rules.allow?.append(contentsOf: allow)
      }
    }
    if let limit = entries.firstValue(\.processesMax) {
      let isWider = policy.processes.max.map { $0.count < limit.count } ?? false
      if !(policy.isStrict && isWider) { rules.max = limit }
    }
    programs[test] = rules
    return rules
  }

  /// The entry whose allow list alone restricts a test, where the run has none.
  mutating func restrictingEntry(for attribution: Attribution) -> TestRules? {
    guard policy.processes.allow == nil, let test = Self.testCase(of: attribution) else { return nil }
    return rulesMatching(test).first { $0.processesAllow != nil }
  }

  private mutating func rulesMatching(_ test: Int) -> [TestRules] {
    if let known = matches[test] { return known }
    let name = trace.testCases[test].name
    let found = policy.tests.filter { $0.match.matches(name) }
    matches[test] = found
    return found
  }
}

extension [TestRules] {
  /// What the first entry that has the key says.
  fileprivate func firstValue<Value>(_ key: KeyPath<TestRules, Value?>) -> Value? {
    for entry in self {
      if let value = entry[keyPath: key] { return value }
    }
    return nil
  }
}
