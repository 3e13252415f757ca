/// Makes the trace of a run from its events.
///
/// Any event may be missing, and events of different threads may come in any order: what can be told from the others
/// is filled in when the run ends.
///
/// Not copyable: a second owner would make the end of a run copy all of its processes.
public struct TraceBuilder: ~Copyable, Sendable {
  /// What adapters said of processes: what holds for all of their tests.
  var adapterTexts: [ProcessIdentity: MarkerText] = [:]
  var trace: Trace
  /// The command, once its fork was seen.
  var root: ProcessIdentity?
  var commandEnd: BootInstant?
  var processIndex = ProcessIndex()
  var imageTable = ImageTable()
  var connectionIndices: [AttemptKey: Int32] = [:]
  var datagramIndices: [FlowKey: Int32] = [:]
  /// Sockets that were found listening at the end.
  var openListeners: [CloseEvent] = []
  /// Destinations of attempts whose socket showed another peer at its end.
  var formerDestinations: Set<FlowKey> = []
  var flowEntries: [FlowEntry] = []
  var imageEntries: [ImageEntry] = []
  var answers: [AnswerEvent] = []
  /// What the answers so far prove; when the run is over the kernel's table says it.
  var evidence: NameEvidence
  var claims: [ClaimEvent] = []
  var nameEntries: [NameEntry] = []
  var lookupEntries: [LookupEntry] = []

  /// Scopes within tests: their ids stand for the test in `markedTestCases`.
  var parts: Set<UInt32> = []

  /// Address space for this many is taken at once: pages are used as they come, and nothing is copied.
  private static let expectedProcesses = 1 << 17
  private static let expectedConnections = 1 << 16

  public init(header: RunHeader) {
    trace = Trace(header: header)
    evidence = NameEvidence(header)
    trace.processes.reserveCapacity(Self.expectedProcesses)
    trace.connections.reserveCapacity(Self.expectedConnections)
  }

  public mutating func add(_ event: KernelEvent) {
    switch event {
    case .fork(let event): add(event)
    case .exec(let event): add(event)
    case .exit(let event): add(event)
    case .connect(let event): add(event)
    case .accept(let event): add(event)
    case .close(let event): add(event)
    case .datagram(let event): add(event)
    case .marker(let event): add(event)
    case .listen(let event): add(event)
    case .answer(let event):
      answers.append(event)
      evidence.add(event)
    case .claim(let event): claims.append(event)
    case .commandEnded(let time): commandEnd = time
    case .flow(let entry): flowEntries.append(entry)
    case .image(let entry): imageEntries.append(entry)
    case .name(let entry): nameEntries.append(entry)
    case .lookup(let entry): lookupEntries.append(entry)
    case .outsideListener(let listener): trace.outsideListeners.append(listener)
    }
  }

  /// The whole trace; `end` is nil where the record stops in the middle.
  public consuming func finish(_ end: RunEnd?) -> Trace {
    trace.end = end
    addProcessesOfImageTable()
    findLostParents()
    orderProcesses()
    linkProcesses()
    endCommand()
    markLeakedProcesses()
    addFlows()
    orderConnections()
    orderListeners()
    addLookups()
    nameAddresses()
    addExecutedImages()
    addUnnamedTestCases()
    trace.images = imageTable.images
    return trace
  }
}
