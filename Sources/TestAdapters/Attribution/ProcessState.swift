import Trace

/// What is known about a process and passes to its children.
struct ProcessState {
  /// Index in `ProcessResolver.lineages`.
  var lineage: Int32
  /// Indices in `ProcessResolver.testProcesses` and `.testCases`.
  var testProcess: Int32?
  var testCase: Int32?
  /// How the test case is known.
  var level = Attribution.Level.none
  /// Its own execution that made it a test process, where it is one itself.
  var recognisedExecution: Int32?
  /// Records that would tell are missing, here or above: it may be anything.
  var isUncertain = false
  /// Whether a test forked it, or may have.
  var isStartedByTest = false

  /// Whether rules for tests hold for it in a run where something was recognised.
  var isTest: Bool { testProcess != nil || testCase != nil || isUncertain }
}
