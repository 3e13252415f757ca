/// Which test something belongs to, and how that is known.
public struct Attribution: Hashable, Sendable {
  /// How an event found its test; only `exact` is a promise.
  public enum Level: String, CaseIterable, Sendable {
    /// The test's own thread or task, or a process started from it.
    case exact
    /// Received through a channel or queue from a test.
    case handoff
    /// A thread or task that a test created.
    case creator
    /// The test that the process was known to be running.
    case process
    /// One of the tests that were open at the time.
    case window
    case none
  }

  /// Whether the process belongs to a test process or to what the runner does around the tests.
  public enum Scope: String, Sendable {
    case test
    case harness
  }

  public var scope: Scope
  public var level: Level
  private var testProcessIndex: OptionalIndex
  private var testCaseIndex: OptionalIndex

  /// Index in `Trace.testProcesses`, nil for harness or where no runner was recognised.
  public var testProcess: Int? {
    get { testProcessIndex.value }
    set { testProcessIndex = OptionalIndex(newValue) }
  }

  /// Index in `Trace.testCases`.
  public var testCase: Int? {
    get { testCaseIndex.value }
    set { testCaseIndex = OptionalIndex(newValue) }
  }

  public init(scope: Scope = .test, testProcess: Int? = nil, testCase: Int? = nil, level: Level = .none) {
    self.scope = scope
    self.level = level
    self.testProcessIndex = OptionalIndex(testProcess)
    self.testCaseIndex = OptionalIndex(testCase)
  }
}
