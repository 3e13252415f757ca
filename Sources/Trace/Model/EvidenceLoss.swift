/// What the kernel side could not keep, by type; all zero in a complete run.
public struct EvidenceLoss: Hashable, Sendable {
  /// Records that the ring refused, by kind name (`fork`, `exec`, …); kinds without loss are absent.
  public var ringFailures: [String: UInt64] = [:]
  /// Processes, destinations, executables and sockets that a full table refused.
  public var membersRefused: UInt64 = 0
  public var flowsRefused: UInt64 = 0
  public var imagesRefused: UInt64 = 0
  public var socketsRefused: UInt64 = 0
  /// Threads whose test could not be kept: what they did counts to their process's test.
  public var threadsRefused: UInt64 = 0
  /// Datagrams whose headers could not be read.
  public var packetsUnparsed: UInt64 = 0
  /// Names of addresses, or lookups, that a full table refused.
  public var namesRefused: UInt64 = 0
  /// Questions whose answers could teach nothing: they could not be kept open.
  public var questionsRefused: UInt64 = 0
  /// Servers of the run on port 53 that could not be kept: no answer taught anything after.
  public var resolversRefused: UInt64 = 0
  /// DNS messages that could not be read, or not to their end.
  public var messagesUnparsed: UInt64 = 0
  /// Kernel program runs that were skipped (`recursion_misses` of bpf_prog_info), by program name.
  public var recursionMisses: [String: UInt64] = [:]

  public init() {}

  public var isEmpty: Bool { self == EvidenceLoss() }
}

/// One kernel hook of a run: whether it was attached, and what its absence costs.
public struct Hook: Hashable, Sendable {
  public var name: String
  public var isRequired: Bool
  public var isAttached: Bool
  /// What is not seen without it, in words for users.
  public var cost: String

  public init(name: String, isRequired: Bool, isAttached: Bool, cost: String) {
    self.name = name
    self.isRequired = isRequired
    self.isAttached = isAttached
    self.cost = cost
  }
}
