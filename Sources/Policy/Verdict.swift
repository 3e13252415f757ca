public import Trace

/// What a policy says about a run.
public struct Verdict: Sendable {
  public enum Outcome: String, Sendable {
    case commandFailed = "command-failed"
    case violations
    case incomplete
  }

  public enum Mode: String, Sendable, CaseIterable {
    case audit
    case gate
    case enforce
  }

  /// Everything that is true of the run; empty means that it passed.
  public var outcomes: [Outcome]
  /// The exit code of the tool, as the README tables them.
  public var exitCode: Int32
  public var commandExitCode: Int32
  public var mode: Mode
  /// The policy files that were read, in order of precedence; empty when only flags and defaults spoke.
  public var policies: [PolicySource]
  /// One per test, program, rule and destination, in order of first time.
  public var violations: [Violation]
  /// Why evidence that this policy needs may be missing, one sentence each.
  public var incompleteReasons: [String]
  /// Destinations of the harness, which this policy did not judge.
  public var notJudged: [UnjudgedDestination]
  /// Doors to work done by others that the run used.
  public var notCovered: [String]
  public var counts: Counts
  public var loss: EvidenceLoss
  public var missingHooks: [Hook]

  public struct Counts: Hashable, Sendable {
    public var processes = 0
    /// Distinct executables, by their paths.
    public var images = 0
    public var connections = 0
    /// Names that were asked for, by process, type and server.
    public var lookups = 0
    public var tests = 0
    /// Processes and connections by attribution level name.
    public var eventsByLevel: [String: Int] = [:]

    public init() {}
  }

  public init(
    outcomes: [Outcome], exitCode: Int32, commandExitCode: Int32, mode: Mode, policies: [PolicySource] = [],
    violations: [Violation] = [], incompleteReasons: [String] = [], notJudged: [UnjudgedDestination] = [],
    notCovered: [String] = [], counts: Counts = Counts(), loss: EvidenceLoss = EvidenceLoss(),
    missingHooks: [Hook] = []
  ) {
    self.outcomes = outcomes
    self.exitCode = exitCode
    self.commandExitCode = commandExitCode
    self.mode = mode
    self.policies = policies
    self.violations = violations
    self.incompleteReasons = incompleteReasons
    self.notJudged = notJudged
    self.notCovered = notCovered
    self.counts = counts
    self.loss = loss
    self.missingHooks = missingHooks
  }
}

/// A policy file that took part in a verdict.
public struct PolicySource: Hashable, Sendable {
  public var path: String
  /// Lower-case hexadecimal.
  public var sha256: String

  public init(path: String, sha256: String) {
    self.path = path
    self.sha256 = sha256
  }
}

/// Something that the harness reached and no rule judged.
public struct UnjudgedDestination: Hashable, Sendable {
  public var program: String
  /// `tcp://192.0.2.1:443`.
  public var destination: String
  public var count: UInt64

  public init(program: String, destination: String, count: UInt64) {
    self.program = program
    self.destination = destination
    self.count = count
  }
}
