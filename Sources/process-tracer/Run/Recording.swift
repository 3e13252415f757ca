import KernelTracer
import SessionService
import Trace

/// What is kept of a run while it runs: the model, and the recorded run on disk where one is asked for.
struct Recording: ~Copyable {
  private var builder: TraceBuilder
  private var writer = RunRecordWriter()
  private let file: OutputFile?
  /// What was executed, where the files are to be looked at.
  private(set) var executed: ExecutedFiles?
  private var peers = OutsidePeers()
  private var desk = ScopeDesk()
  /// The session socket, which is none of the command's destinations.
  var sessionSocket: String?

  init(header: RunHeader, file: OutputFile?, looksAtFiles: Bool = false) {
    executed = looksAtFiles ? ExecutedFiles() : nil
    builder = TraceBuilder(header: header)
    self.file = file
    guard file != nil else { return }
    writer.append(header)
    passOn()
  }

  mutating func add(_ event: KernelEvent) {
    if case .flow(let entry) = event, entry.path != nil, entry.path == sessionSocket { return }
    builder.add(event)
    let event = desk.take(event, in: builder)
    executed?.add(event)
    peers.add(event)
    guard file != nil else { return }
    writer.append(event)
    passOn()
  }

  /// Whether everything was seen that a request asks about.
  func isReached(_ request: SessionRequest) -> Bool { desk.isReached(request) }

  /// - Parameter lost: what the kernel could not keep so far.
  mutating func answer(
    _ request: SessionRequest, places: DestinationPlaces, lost: UInt64
  ) throws(SessionRefusal) -> ScopeAnswer {
    try desk.answer(request, from: builder, places: places, lost: lost, now: .now)
  }

  /// Ends the file; it is whole unless `failure` says otherwise.
  mutating func end(_ end: RunEnd) {
    guard let file else { return }
    writer.append(end)
    passOn()
    file.flush()
  }

  /// Destinations on this machine whose listener is not part of the run.
  var outsideDestinations: [(protocol: TransportProtocol, endpoint: Endpoint, path: String?)] { peers.destinations }

  /// The trace of what was added.
  consuming func trace(_ end: RunEnd) -> Trace {
    builder.finish(end)
  }

  /// Why the recorded run is not whole.
  var failure: OutputError? { file?.failure }

  private mutating func passOn() {
    file?.write(writer.takeBytes())
  }
}
