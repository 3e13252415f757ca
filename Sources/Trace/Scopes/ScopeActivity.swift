/// What a scope did, as far as the events tell now.
public struct ScopeActivity: Sendable {
  public var scope: TestScope
  public var processes: [LiveProcess] = []
  public var connections: [LiveConnection] = []
  public var lookups: [LiveLookup] = []
  public var listeners: [LiveListener] = []

  /// A process that the scope started.
  public struct LiveProcess: Sendable {
    public var process: TracedProcess
    /// What it became, in order; where it became nothing, what it was forked as.
    public var images: [ProcessImage]
    public var ancestry: [Ancestor]
    public var level: Attribution.Level
  }

  public struct LiveConnection: Sendable {
    /// Its names are the evidence for its peer's address, of any time so far.
    public var connection: Connection
    /// The owner's image at the attempt, nil where unknown.
    public var image: ProcessImage?
    public var ancestry: [Ancestor]
    public var level: Attribution.Level
  }

  /// A question for a name that was answered.
  public struct LiveLookup: Sendable {
    public var answer: AnswerEvent
    public var message: DNSMessage
    /// Of who asked.
    public var image: ProcessImage?
    public var level: Attribution.Level
  }

  public struct LiveListener: Sendable {
    public var listener: ListenEvent
    public var image: ProcessImage?
    public var level: Attribution.Level
  }

  /// A process further up, the nearest first.
  public struct Ancestor: Sendable {
    public var pid: Int32
    public var image: ProcessImage?
  }
}

extension ScopeActivity {
  fileprivate mutating func append(_ lookup: LiveLookup?) {
    if let lookup { lookups.append(lookup) }
  }
}

extension TraceBuilder {
  /// The activity of a scope, in the order of time; what is not known to be its own comes at level `window`.
  public func activity(of scope: TestScope, in index: ScopeIndex) -> ScopeActivity {
    var activity = ScopeActivity(scope: scope)
    for place in scope.processes { activity.processes.append(liveProcess(place)) }
    for place in scope.connections { activity.connections.append(liveConnection(place)) }
    for place in scope.answers { activity.append(liveLookup(answers[place])) }
    for event in scope.listeners { activity.listeners.append(liveListener(event)) }
    var places: Set<Int> = Set(scope.processes)
    for loose in index.looseActivity(of: scope) {
      switch loose.kind {
      case .process(let place) where places.insert(place).inserted:
        activity.processes.append(liveProcess(place))
        activity.processes[activity.processes.count - 1].level = .window
      case .process: break
      case .connection(let place):
        activity.connections.append(liveConnection(place))
        activity.connections[activity.connections.count - 1].level = .window
      case .answer(let place): activity.append(liveLookup(answers[place], level: .window))
      case .listener(let event):
        activity.listeners.append(liveListener(event))
        activity.listeners[activity.listeners.count - 1].level = .window
      }
    }
    activity.processes.sort { $0.process.identity.start < $1.process.identity.start }
    activity.connections.sort { $0.connection.attempt < $1.connection.attempt }
    activity.lookups.sort { $0.answer.time < $1.answer.time }
    return activity
  }

  private func liveProcess(_ place: Int) -> ScopeActivity.LiveProcess {
    let process = trace.processes[place]
    var images = process.executions.map { imageTable.images[$0.image] }
    if images.isEmpty, let inherited = image(of: process.parentIdentity, at: process.identity.start) {
      images = [inherited]
    }
    let mark = process.test.id != 0 ? process.test : process.executions.first?.test ?? .none
    return ScopeActivity.LiveProcess(
      process: process, images: images, ancestry: ancestry(of: process), level: Self.level(mark))
  }

  private func liveConnection(_ place: Int) -> ScopeActivity.LiveConnection {
    let connection = trace.connections[place]
    let owner = processIndex(of: connection.processIdentity).map { trace.processes[$0] }
    var named = connection
    if connection.direction != .accept, connection.path == nil {
      named.names = evidence.names(of: connection.peer.address, in: connection.networkNamespace)
    }
    return ScopeActivity.LiveConnection(
      connection: named, image: image(of: connection.processIdentity, at: connection.attempt),
      ancestry: owner.map { ancestry(of: $0) } ?? [], level: Self.level(connection.test))
  }

  private func liveLookup(_ answer: AnswerEvent, level: Attribution.Level? = nil) -> ScopeActivity.LiveLookup? {
    answer.message.map {
      ScopeActivity.LiveLookup(
        answer: answer, message: $0, image: image(of: answer.process, at: answer.time),
        level: level ?? Self.level(answer.test))
    }
  }

  private func liveListener(_ event: ListenEvent) -> ScopeActivity.LiveListener {
    ScopeActivity.LiveListener(
      listener: event, image: image(of: event.process, at: event.time), level: Self.level(event.test))
  }

  private static func level(_ mark: TestMark) -> Attribution.Level { mark.id == 0 ? .window : mark.level }

  /// What a process was at a time: what it last became, or what its forker was then.
  private func image(of identity: ProcessIdentity, at time: BootInstant) -> ProcessImage? {
    var next = identity
    var time = time
    for _ in 0..<64 {
      guard let place = processIndex(of: next) else { return nil }
      let process = trace.processes[place]
      if let execution = process.executions.last(where: { $0.time <= time }) {
        return imageTable.images[execution.image]
      }
      (next, time) = (process.parentIdentity, process.identity.start)
    }
    return nil
  }

  private func ancestry(of process: TracedProcess) -> [ScopeActivity.Ancestor] {
    var ancestors: [ScopeActivity.Ancestor] = []
    var next = process
    while ancestors.count < 8, let place = processIndex(of: next.parentIdentity) {
      let parent = trace.processes[place]
      let image = image(of: parent.identity, at: next.identity.start)
      ancestors.append(ScopeActivity.Ancestor(pid: parent.namespacePID, image: image))
      next = parent
    }
    return ancestors
  }
}
