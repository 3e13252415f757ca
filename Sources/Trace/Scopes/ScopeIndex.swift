/// Finds what belongs to the scopes that are open, as the events come in: a question costs what its scope did.
///
/// Holds nothing of a scope that has ended and was asked about, or whose process is dead.
public struct ScopeIndex: Sendable {
  private var scopes: [UInt32: TestScope] = [:]
  /// Ended scopes whose enclosing one is open, by id.
  private var successors: [UInt32: UInt32] = [:]
  private var scopesOfProcess: [ProcessIdentity: Set<UInt32>] = [:]
  private var loose: [ProcessIdentity: [LooseActivity]] = [:]
  /// How many scopes are held that are a part of a test, by its id.
  private var parts: [UInt32: Int] = [:]

  /// How far up a process without a test is looked for one whose scopes are open.
  private static let ancestryLimit = 32
  private static let looseLimit = 1_000

  public init() {}

  /// How many scopes are held.
  public var count: Int { scopes.count }

  public subscript(id: UInt32) -> TestScope? { scopes[id] }

  /// Takes note of an event that the builder has.
  public mutating func add(_ event: KernelEvent, in builder: borrowing TraceBuilder) {
    if case .marker(let event) = event { return add(event) }
    guard !scopes.isEmpty else { return }
    switch event {
    case .fork(let event):
      note(builder.processIndex(of: event.child).map { .process($0) }, event.test, event.parent, event.time, builder)
    case .exec(let event):
      // What it was forked for has it already.
      guard let place = builder.processIndex(of: event.process), builder.trace.processes[place].test.id != event.test.id
      else { return }
      note(.process(place), event.test, event.process, event.time, builder)
    case .exit(let event):
      close(scopesOf: event.process)
    case .connect(let event):
      let key = AttemptKey(socket: event.socket, attempt: event.time)
      let place = builder.connectionIndices[key].map { LooseActivity.Kind.connection(Int($0)) }
      note(place, event.test, event.process, event.time, builder)
    case .accept(let event):
      let key = AttemptKey(socket: event.socket, attempt: event.time)
      let place = builder.connectionIndices[key].map { LooseActivity.Kind.connection(Int($0)) }
      note(place, event.test, event.process, event.time, builder)
    case .datagram(let event):
      let place = builder.datagramIndices[FlowKey(event)].map { LooseActivity.Kind.connection(Int($0)) }
      note(place, event.test, event.process, event.time, builder)
    case .listen(let event):
      note(.listener(event), event.test, event.process, event.time, builder)
    case .answer(let event):
      // What nobody asked for is no lookup.
      guard event.message != nil, !event.doubts.contains(.unasked) else { return }
      note(.answer(builder.answers.count - 1), event.test, event.process, event.time, builder)
    default: break
    }
  }

  /// Forgets a scope that has ended.
  public mutating func forget(_ id: UInt32) {
    guard let scope = scopes.removeValue(forKey: id) else { return }
    if let test = scope.test, let count = parts[test] { parts[test] = count > 1 ? count - 1 : nil }
    if scopesOfProcess[scope.process]?.remove(id) != nil, scopesOfProcess[scope.process]?.isEmpty == true {
      scopesOfProcess[scope.process] = nil
      loose[scope.process] = nil
    }
    for inner in scope.ended { successors[inner] = nil }
    if let enclosing = scope.enclosing, scopes[enclosing] != nil {
      // What they still do is the enclosing scope's.
      for inner in scope.ended + [id] { successors[inner] = enclosing }
      scopes[enclosing]?.ended.append(contentsOf: scope.ended + [id])
    }
  }

  /// Remembers up to which checkpoint a scope was told.
  public mutating func note(told checkpoint: UInt64, _ id: UInt32) { scopes[id]?.told = checkpoint }

  /// What the scope's process did meanwhile that belongs to no test, or to the scope's test and no scope.
  func looseActivity(of scope: TestScope) -> [LooseActivity] {
    (loose[scope.process] ?? []).filter {
      $0.time >= scope.start && $0.time <= scope.end ?? $0.time && ($0.test == 0 || $0.test == scope.test)
    }
  }

  // MARK: Markers

  private mutating func add(_ event: MarkerEvent) {
    switch event.verb {
    case .begin, .thread:
      guard let secret = MarkerText(event.text)[MarkerText.scopeKey] else { return }
      var scope = TestScope(id: event.test.id, secret: secret, process: event.process, start: event.time)
      if event.isPartOfTest {
        scope.enclosing = resolved(event.previous.id)
        let test = scope.enclosing.map { scopes[$0]?.test } ?? event.previous.id
        scope.test = test
        if let test { parts[test, default: 0] += 1 }
      }
      scopes[scope.id] = scope
      scopesOfProcess[scope.process, default: []].insert(scope.id)
    case .phase:
      guard let checkpoint = MarkerText(event.text).checkpoint else { return }
      scopes[event.test.id]?.checkpoint = checkpoint
    case .end:
      scopes[event.test.id]?.end = event.time
    case .fixture, .adapter: break
    }
  }

  /// The open scope that an id stands for.
  private func resolved(_ id: UInt32) -> UInt32? {
    let id = successors[id] ?? id
    return scopes[id] == nil ? nil : id
  }

  private mutating func close(scopesOf process: ProcessIdentity) {
    for id in scopesOfProcess[process] ?? [] { forget(id) }
  }

  // MARK: Activity

  private mutating func note(
    _ activity: LooseActivity.Kind?, _ test: TestMark, _ process: ProcessIdentity, _ time: BootInstant,
    _ builder: borrowing TraceBuilder
  ) {
    guard let activity else { return }
    var next = resolved(test.id)
    if next == nil, test.id == 0 || parts[test.id] != nil {
      noteLoose(LooseActivity(time: time, kind: activity, test: test.id), process, builder)
    }
    while let id = next {
      scopes[id]?.append(activity)
      next = scopes[id]?.enclosing
    }
  }

  private mutating func noteLoose(
    _ activity: LooseActivity, _ process: ProcessIdentity, _ builder: borrowing TraceBuilder
  ) {
    var next = process
    for _ in 0..<Self.ancestryLimit {
      if scopesOfProcess[next] != nil {
        if loose[next, default: []].count < Self.looseLimit { loose[next, default: []].append(activity) }
        return
      }
      guard let place = builder.processIndex(of: next) else { return }
      next = builder.trace.processes[place].parentIdentity
    }
  }
}

extension TestScope {
  fileprivate mutating func append(_ activity: LooseActivity.Kind) {
    switch activity {
    case .process(let place):
      if processes.contains(place) { return }
      if processes.count < Self.limit { processes.append(place) } else { omitted += 1 }
    case .connection(let place):
      if connections.last == place { return }
      if connections.count < Self.limit { connections.append(place) } else { omitted += 1 }
    case .answer(let place):
      if answers.count < Self.limit { answers.append(place) } else { omitted += 1 }
    case .listener(let event):
      if listeners.count < Self.limit { listeners.append(event) } else { omitted += 1 }
    }
  }
}
