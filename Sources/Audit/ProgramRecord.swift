public import Trace

/// Everything that a set of runs tells about one executable.
public struct ProgramRecord: Hashable, Sendable {
  public var path: String
  /// The path is longer than was recorded; `path` is its end.
  public var isPathCut = false
  /// It was executed without a name: a memfd, or an unlinked file.
  public var isUnnamed = false
  /// The distinct files that had this path after the runs, in order; empty where nobody looked.
  public var identities: Set<ExecutableIdentity> = []
  /// How often it was executed.
  public var executions: UInt64 = 0
  /// Processes of which it was the last image, and their time in all, in nanoseconds.
  public var processes: UInt64 = 0
  public var elapsed: UInt64 = 0
  public var cpuTime: UInt64 = 0
  /// Left running when the command had ended.
  public var leaked: UInt64 = 0
  /// Names of the tests that ran it.
  public var tests: Set<String> = []
  public var harnessExecutions: UInt64 = 0
  /// Command lines with what varies taken out, and how often each was.
  public var shapes: [String: UInt64] = [:]
  /// Effective user ids.
  public var users: Set<UInt32> = []
  /// `exit 0`, `SIGKILL`, and how often.
  public var ends: [String: UInt64] = [:]
  /// Scripts that it interpreted, and how often.
  public var scripts: [String: UInt64] = [:]

  init(path: String) {
    self.path = path
  }

  /// The one SHA-256 of the file that ran; nil where it is not known, or files differed.
  public var sha256: String? {
    let digests = Set(identities.map { $0.state == .unchanged ? $0.sha256 : nil })
    return digests.count == 1 ? digests.first ?? nil : nil
  }
}

/// A destination that programs of a set of runs tried to reach.
public struct DestinationRecord: Hashable, Sendable {
  /// `tcp://203.0.113.9:443`.
  public var text: String
  public var programs: Set<String> = []
  public var tests: Set<String> = []
  public var count: UInt64 = 0
  public var established: UInt64 = 0
  public var bytesSent: UInt64 = 0
  public var bytesReceived: UInt64 = 0
  /// Inside the machine: loopback, an address of the run's own network namespace, or its nameservers' port 53.
  public var isLocal = true

  init(text: String) {
    self.text = text
  }
}
