/// What a thread said about its tests. `docs/markers.md`
public struct MarkerEvent: Sendable {
  /// The verbs that leave a record; the others only change which test a thread works for.
  public enum Verb: String, CaseIterable, Sendable {
    /// A test case begins; the text is its name, then lines of `key=value`.
    case begin
    /// The test enters a phase; the text is its name.
    case phase
    /// A fixture that outlives a test is set up or finalized; a text as for `begin`.
    case fixture
    /// The test ends; the text is its result, then lines of `key=value`.
    case end
    /// A test case begins on one thread of a process that runs tests side by side; a text as for `begin`.
    case thread
    /// An adapter is at work in the process; the text is its runner.
    case adapter
  }

  public var time: BootInstant
  public var process: ProcessIdentity
  public var thread: Int32
  public var verb: Verb
  /// The test that it is about.
  public var test: TestMark
  /// The test that the thread worked for before.
  public var previous: TestMark
  public var text: String

  public init(
    time: BootInstant, process: ProcessIdentity, thread: Int32, verb: Verb, test: TestMark,
    previous: TestMark = .none, text: String
  ) {
    self.time = time
    self.process = process
    self.thread = thread
    self.verb = verb
    self.test = test
    self.previous = previous
    self.text = text
  }
}
