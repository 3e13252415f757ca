/// Everything that is known about one run: what reports show and policies judge.
public struct Trace: Sendable {
  public var header: RunHeader
  /// How the run ended; nil where the record stops in the middle.
  public var end: RunEnd?
  /// Every process, in the order of their forks; the command is the first.
  public var processes: [TracedProcess] = []
  /// The distinct images that processes became.
  public var images: [ProcessImage] = []
  /// Attempts and connections in the order of their beginning.
  public var connections: [Connection] = []
  /// Destinations by process, complete.
  public var flows: [Flow] = []
  /// Names that processes asked for, in the order of the first questions.
  public var lookups: [NameLookup] = []
  /// Programs by parent process, complete.
  public var executedImages: [ExecutedImage] = []
  /// Sockets that waited for others, in the order of their beginning.
  public var listeners: [Listener] = []
  public var outsideListeners: [OutsideListener] = []
  public var testProcesses: [TestProcess] = []
  /// Those that markers told first, in the order of their beginnings.
  public var testCases: [TestCase] = []
  /// Places in `testCases` of those that markers told, by the id in `TestMark`.
  public var markedTestCases: [UInt32: Int] = [:]
  /// Processes in which an adapter was at work.
  public var adaptedProcesses: Set<ProcessIdentity> = []
  /// What users should know about tests that could not be told apart, one sentence each.
  public var attributionNotes: [String] = []

  public init(header: RunHeader) {
    self.header = header
  }

  /// The image that a process last became or inherited.
  public func image(of process: TracedProcess) -> ProcessImage? {
    (process.executions.last?.image ?? process.inheritedImage).map { images[$0] }
  }

  /// The image that a process was running at a time.
  public func image(of process: TracedProcess, at time: BootInstant) -> ProcessImage? {
    let execution = process.executions.last { $0.time <= time }
    return (execution?.image ?? process.inheritedImage ?? process.executions.first?.image).map { images[$0] }
  }

  /// The process itself, its parent, and so on up to the command.
  public func ancestry(of process: Int) -> [Int] {
    var chain: [Int] = []
    var next: Int? = process
    while let index = next, chain.count <= processes.count {
      chain.append(index)
      next = processes[index].parent
    }
    return chain
  }
}
