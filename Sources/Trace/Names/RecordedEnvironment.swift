/// The one list of environment variables whose values are read from the processes of a run; no other value is.
public enum RecordedEnvironment {
  public struct Entry: Hashable, Sendable {
    public var key: String
    /// Why it is read, in one sentence.
    public var reason: String
  }

  public static let entries: [Entry] = [
    Entry(
      key: "TRACEPARENT",
      reason: "The W3C Trace Context of the process's creator: it nests spans of a program that traces itself."),
    Entry(
      key: "PYTEST_CURRENT_TEST",
      reason: "pytest sets it to the running test's node id and phase: it names the test that started a process."),
    Entry(
      key: "PYTEST_XDIST_WORKER",
      reason: "pytest-xdist sets it to the worker's id: it tells the workers of one run apart."),
    Entry(
      key: "NEXTEST_TEST_NAME",
      reason: "cargo-nextest sets it to the test's name in the process that it starts for each test."),
    Entry(
      key: "NEXTEST_BINARY_ID",
      reason: "cargo-nextest sets it to the test binary's id: the suite of NEXTEST_TEST_NAME."),
    Entry(
      key: "NEXTEST_RUN_ID",
      reason: "cargo-nextest sets it to the run's id: it keeps two runs in one session apart."),
    Entry(
      key: "CARGO_PKG_NAME",
      reason: "cargo sets it to the package's name: the suite of the tests in a binary that waits for its probes."),
  ]

  public static let keys: [String] = entries.map(\.key)
}
