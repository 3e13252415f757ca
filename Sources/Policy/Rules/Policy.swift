/// What a run may do: the sum of the policy files, the flags and the defaults.
///
/// ``PolicyLoader`` makes one; ``evaluate(_:today:)`` judges a trace by it.
public struct Policy: Hashable, Sendable {
  /// Whose destinations `network` judges.
  public enum Scope: String, CaseIterable, Sendable {
    /// Test processes and what they start.
    case tests
    /// Also what the runner does around the tests.
    case all
  }

  public var mode: Verdict.Mode = .gate
  public var scope: Scope = .tests
  /// Missing evidence leaves the exit code alone.
  public var allowsIncomplete = false
  /// Any loss is incomplete, no per-test rule widens, the harness is judged.
  public var isStrict = false
  public var network = NetworkRules(allowReference: RuleReference(text: "network.allow", source: "default"))
  /// nil: what the harness reaches is recorded and shown, not judged.
  public var harness: NetworkRules?
  public var processes = ProcessRules()
  /// For each key the first entry that matches a test and has the key speaks.
  public var tests: [TestRules] = []
  /// Whether in-test expectations may allow more than this policy.
  public var testsMayWiden = false
  /// Where reports go, as a path relative to the working directory or absolute; nil where no file says.
  public var reportsDirectory: String?
  /// The files that were read: the nearest first, then what it extends.
  public var sources: [PolicySource] = []

  /// The defaults: the gate, with nothing allowed but loopback, the machine's own addresses and its nameservers.
  public init() {}

  /// Whatever enforcement refuses is judged.
  var judgesHarness: Bool { scope == .all || isStrict || mode == .enforce }
}

extension NetworkRules {
  mutating func append(_ other: NetworkRules) {
    allow += other.allow
    deny += other.deny
    allowReference = other.allowReference
  }
}
