/// A process that runs tests, recognised by its own binary and arguments.
public struct TestProcess: Hashable, Sendable {
  /// `pytest`, `go test`, `XCTest`, `Swift Testing`.
  public var runner: String
  /// The suite or package as far as the process tells: a Go package directory, a Swift test product, a worker id.
  public var suite: String?
  /// Index in `Trace.processes`.
  public var process: Int
  /// The image by which it was recognised, an index in `Trace.images`: what it became before is its start, what it
  /// becomes later is a program that a test ran. nil where that is not known.
  public var image: Int?

  public init(runner: String, suite: String?, process: Int, image: Int? = nil) {
    self.runner = runner
    self.suite = suite
    self.process = process
    self.image = image
  }
}

/// A test case by the name that its runner gives it: one execution of it where markers tell, else all of them together.
public struct TestCase: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case test
    /// A fixture that outlives a test: what it does belongs to no single one.
    case fixture
  }

  /// As `TestProcess.runner`; empty where a program marked a test and named no runner.
  public var runner: String
  public var suite: String?
  /// The runner's own id: pytest node id, Go `TestX/sub`, swift `Module.Suite/test()`.
  public var name: String
  public var kind: Kind
  public var parameters: String?
  /// As the runner tells, relative to its root directory; where it tells an absolute path, relative to the run's
  /// directory if it is below. `line` is 1-based.
  public var file: String?
  public var line: Int?
  public var result: TestResult?
  /// The result's reason in the runner's words, where it gives one.
  public var message: String?
  /// Destinations that its own expectations allow, in the grammar of policies. Markers need no privilege: a policy
  /// decides whether that means anything.
  public var allowed: [String] = []
  /// From its markers; nil where only its name is known.
  public var run: Run?

  /// One marked execution of a test case.
  public struct Run: Hashable, Sendable {
    /// The id in `TestMark`.
    public var id: UInt32
    /// Who ran it.
    public var process: ProcessIdentity
    public var start: BootInstant
    /// nil where it never ended: the process crashed or was killed.
    public var end: BootInstant?
    /// Its phases in order, each with its beginning.
    public var phases: [Phase] = []

    public init(id: UInt32, process: ProcessIdentity, start: BootInstant) {
      self.id = id
      self.process = process
      self.start = start
    }
  }

  public struct Phase: Hashable, Sendable {
    public var name: String
    public var start: BootInstant

    public init(name: String, start: BootInstant) {
      self.name = name
      self.start = start
    }
  }

  public init(runner: String, suite: String?, name: String, kind: Kind = .test) {
    self.runner = runner
    self.suite = suite
    self.name = name
    self.kind = kind
  }
}

/// How a test case ended, by the words of the marker protocol.
public enum TestResult: String, CaseIterable, Sendable {
  case passed
  case failed
  /// It failed outside of its own code: in a fixture.
  case error
  case skipped
  /// It failed, as was expected.
  case xfailed
  /// It passed although it was expected to fail.
  case xpassed
}
