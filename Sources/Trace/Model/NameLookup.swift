/// A name that a process asked a server for, over port 53, with what came back.
public struct NameLookup: Sendable {
  public var name: String
  public var type: RecordType
  /// Where it was asked.
  public var resolver: IPAddress
  /// How it was asked first: `udp` or `tcp`; nil where no answer was seen.
  public var `protocol`: TransportProtocol?
  public var networkNamespace: UInt32
  /// Who asked: index in `Trace.processes`, nil where unknown.
  public var process: Int?
  public var processIdentity: ProcessIdentity
  /// The executable's path when it first asked, nil where unknown.
  public var executable: String?
  /// The kernel's 15-byte command name when it first asked.
  public var command: String
  public var first: BootInstant
  public var last: BootInstant
  /// Questions that left, and those that an answer fits.
  public var asked: UInt64
  public var answered: UInt64
  /// What the answers said, each once. Empty as well where their records were lost.
  public var answers: [DNSMessage.Record]
  /// RCODE of the last answer: 0 no error, 3 no such name.
  public var responseCode: UInt8?
  /// Why its answers prove nothing; empty for evidence, and where no answer was seen.
  public var doubts: Set<AnswerEvent.Doubt>
  public var test = TestMark.none
  public var attribution: Attribution

  public init(name: String, type: RecordType, resolver: IPAddress, processIdentity: ProcessIdentity, first: BootInstant)
  {
    self.name = name
    self.type = type
    self.resolver = resolver
    self.protocol = nil
    self.networkNamespace = 0
    self.process = nil
    self.processIdentity = processIdentity
    self.executable = nil
    self.command = ""
    self.first = first
    self.last = first
    self.asked = 0
    self.answered = 0
    self.answers = []
    self.responseCode = nil
    self.doubts = []
    self.attribution = Attribution()
  }
}
