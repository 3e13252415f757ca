import Trace

/// Collects violations: one per test, program, rule and destination, with the counts added up.
struct ViolationList {
  private struct Key: Hashable {
    var testCase: Int?
    var testProcess: Int?
    var program: String
    var rule: RuleReference
    var destination: String?
  }

  private(set) var violations: [Violation] = []
  private var indices: [Key: Int] = [:]

  /// In the order of their first times.
  var sorted: [Violation] {
    violations.sorted { $0.firstTime < $1.firstTime }
  }

  mutating func add(_ violation: Violation, attribution: Attribution) {
    let testCase = TestOverrides.testCase(of: attribution)
    let key = Key(
      testCase: testCase, testProcess: testCase == nil ? attribution.testProcess : nil,
      program: violation.programPath ?? violation.program, rule: violation.rule, destination: violation.destination)
    guard let index = indices[key] else {
      indices[key] = violations.count
      violations.append(violation)
      return
    }
    // Taken out, so that it grows in place.
    var processes = violations[index].processes
    violations[index].processes = []
    processes += violation.processes
    var joined = violations[index]
    if violation.firstTime < joined.firstTime { joined = violation }
    joined.processes = processes
    joined.count = violations[index].count + violation.count
    // Together they are known as well as the less known of them.
    joined.level = violations[index].level.weaker(violation.level)
    joined.result = Self.joined(violations[index].result, violation.result)
    violations[index] = joined
  }

  private static func joined(_ first: String?, _ second: String?) -> String? {
    guard let first, let second else { return first ?? second }
    let known = first.split(separator: ", ")
    return (known + second.split(separator: ", ").filter { !known.contains($0) }).joined(separator: ", ")
  }
}

extension Attribution.Level {
  /// The one that knows less.
  fileprivate func weaker(_ other: Attribution.Level) -> Attribution.Level {
    func rank(_ level: Attribution.Level) -> Int { Self.allCases.firstIndex(of: level) ?? 0 }
    return rank(self) < rank(other) ? other : self
  }
}
