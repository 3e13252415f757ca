public import Trace

/// Something that a test did and the policy does not allow.
public struct Violation: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// A destination that no rule allows, or one that a rule denies.
    case network = "unexpected-egress"
    /// A program that may not run.
    case process = "unexpected-program"
    /// More processes than `processes.max`.
    case processCount = "too-many-processes"
    /// A program or destination that is new, or another file, against `processes.baseline`.
    case baseline = "not-in-baseline"
  }

  public var kind: Kind
  /// The rule that decided: `network.allow` when nothing allowed it, or the deny rule's own text.
  public var rule: RuleReference
  /// The test's name by its runner, nil where no test is known.
  public var testName: String?
  /// The test's index in `Trace.testCases`; one of them where several executions are joined.
  public var testCase: Int?
  /// The test process's runner and suite, for a heading where no test is known.
  public var testProcess: TestProcess?
  public var level: Attribution.Level
  /// The program that did it, by the name of its executable, and its path where known.
  public var program: String
  public var programPath: String?
  /// The process: index in `Trace.processes`, nil where its records were lost.
  public var process: Int?
  public var processIdentity: ProcessIdentity
  /// Every process that did it, as far as recorded: indices in `Trace.processes`.
  public var processes: [Int]
  /// Redacted command line.
  public var arguments: [String]
  /// From the process's parent up to the command: `sh(4241)`.
  public var ancestry: [String]
  /// `tcp://203.0.113.9:443`; nil for a program violation.
  public var destination: String?
  /// nil where no IP address stands in the destination: unix sockets, packet sockets.
  public var endpoint: Endpoint?
  public var transport: TransportProtocol?
  /// A name of the address and how it is known, at the first time; a claim where there is no evidence.
  public var name: AddressName?
  public var count: UInt64
  public var firstTime: BootInstant
  /// How the attempt ended, for display: `established`, `ECONNREFUSED`, …; nil where not known.
  public var result: String?
  /// The shortest flag and policy line that would allow it; nil where nothing can (a cloud metadata deny, say).
  public var remedy: Remedy?

  public struct Remedy: Hashable, Sendable {
    /// `--allow-net tcp://203.0.113.9:443`.
    public var flag: String
    /// `network: { allow: ["tcp://203.0.113.9:443"] }`.
    public var yaml: String

    public init(flag: String, yaml: String) {
      self.flag = flag
      self.yaml = yaml
    }
  }

  public init(kind: Kind, rule: RuleReference, program: String, processIdentity: ProcessIdentity) {
    self.kind = kind
    self.rule = rule
    self.testName = nil
    self.testCase = nil
    self.testProcess = nil
    self.level = .none
    self.program = program
    self.programPath = nil
    self.process = nil
    self.processIdentity = processIdentity
    self.processes = []
    self.arguments = []
    self.ancestry = []
    self.destination = nil
    self.endpoint = nil
    self.transport = nil
    self.name = nil
    self.count = 0
    self.firstTime = processIdentity.start
    self.result = nil
    self.remedy = nil
  }
}

/// Where a rule stands: a policy file's line, a flag, or the defaults.
public struct RuleReference: Hashable, Sendable {
  /// The rule as written, or the name of the list that had no match: `network.allow`.
  public var text: String
  /// A path, `--deny-net`, or `default`.
  public var source: String
  /// 1-based; nil for flags and defaults.
  public var line: Int?
  public var column: Int?

  public init(text: String, source: String, line: Int? = nil, column: Int? = nil) {
    self.text = text
    self.source = source
    self.line = line
    self.column = column
  }
}
