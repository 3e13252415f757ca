/// What is known when a run is over: the last line of a recorded run.
public struct RunEnd: Sendable {
  public var time: BootInstant
  /// How the command ended.
  public var status: ExitStatus
  public var loss: EvidenceLoss
  /// Why evidence is missing beyond `loss`, one sentence each; empty in a complete run.
  public var failures: [String]
  /// Why tests could not be told apart somewhere, one sentence each; no evidence is missing for that.
  public var notes: [String] = []
  /// The files behind the programs, by path; nil where nothing asked for them.
  public var executables: [ExecutableIdentity]?
  /// Sends on netlink sockets: a count, no destinations.
  public var netlinkMessages: UInt64

  public init(
    time: BootInstant, status: ExitStatus, loss: EvidenceLoss, failures: [String] = [], netlinkMessages: UInt64 = 0
  ) {
    self.time = time
    self.status = status
    self.loss = loss
    self.failures = failures
    self.executables = nil
    self.netlinkMessages = netlinkMessages
  }
}
