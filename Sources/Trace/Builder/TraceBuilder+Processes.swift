extension TraceBuilder {
  func processIndex(of identity: ProcessIdentity) -> Int? {
    processIndex.place(of: identity, in: trace.processes)
  }

  /// The process's place in `trace.processes`, made where nothing of it was seen yet.
  private mutating func findOrAddProcess(_ identity: ProcessIdentity) -> (index: Int, isNew: Bool) {
    if let index = processIndex(of: identity) { return (index, false) }
    var process = TracedProcess(identity: identity, parent: nil, parentIdentity: .unknown)
    process.tracerPID = 0
    trace.processes.append(process)
    let index = trace.processes.count - 1
    processIndex.insert(index, in: trace.processes)
    return (index, true)
  }

  mutating func add(_ event: ForkEvent) {
    let index = findOrAddProcess(event.child).index
    trace.processes[index].describe(from: event)
    if event.isRoot { root = event.child }
  }

  mutating func add(_ event: ExecEvent) {
    let (index, isNew) = findOrAddProcess(event.process)
    let image = imageTable.intern(event.image, id: event.imageID)
    trace.processes[index].executions.insert(.init(image: image, time: event.time, test: event.test))
    if isNew {
      trace.processes[index].namespacePID = event.namespacePID
      trace.processes[index].uid = event.image.uid
      trace.processes[index].gid = event.image.gid
    }
  }

  mutating func add(_ event: ExitEvent) {
    let index = findOrAddProcess(event.process).index
    trace.processes[index].end = event.time
    trace.processes[index].status = event.status
    trace.processes[index].cpuTime = event.cpuTime
    trace.processes[index].peakResidentBytes = event.peakResidentBytes
  }

  /// Gives the first process that became a program that exec, where its own record was lost.
  mutating func addProcessesOfImageTable() {
    imageEntries.sort { ($0.firstTime, $0.path) < ($1.firstTime, $1.path) }
    for entry in imageEntries {
      let index = findOrAddProcess(entry.firstProcess).index
      if trace.processes[index].parentIdentity == .unknown {
        trace.processes[index].parentIdentity = entry.parent
      }
      let isRecorded = trace.processes[index].executions.contains { execution in
        imageTable.hasImage(execution.image, id: entry.imageID)
          || imageTable.images[execution.image].path == entry.path
      }
      if isRecorded { continue }
      let image = ProcessImage(
        path: entry.path, arguments: [], uid: trace.processes[index].uid, gid: trace.processes[index].gid,
        flags: entry.isPathCut ? .pathCut : [])
      trace.processes[index].executions.insert(
        .init(image: imageTable.intern(image, id: entry.imageID), time: entry.firstTime, test: entry.test))
    }
  }

  /// Sorts by start, the command first.
  mutating func orderProcesses() {
    let root = root
    func precedes(_ left: TracedProcess, _ right: TracedProcess) -> Bool {
      if left.identity == root || right.identity == root { return right.identity != root }
      return (left.identity.start, left.identity.pid) < (right.identity.start, right.identity.pid)
    }
    let isOrdered = zip(trace.processes, trace.processes.dropFirst()).allSatisfy { !precedes($1, $0) }
    if isOrdered { return }
    trace.processes.sort(by: precedes)
    processIndex.rebuild(trace.processes)
  }

  /// Resolves parents and the images that children began with; parents precede their children here.
  mutating func linkProcesses() {
    for index in trace.processes.indices {
      guard let parent = processIndex(of: trace.processes[index].parentIdentity), parent != index else { continue }
      trace.processes[index].parent = parent
      let start = trace.processes[index].identity.start
      let inherited = trace.processes[parent].executions.last { $0.time <= start }?.image
      trace.processes[index].inheritedImage = inherited ?? trace.processes[parent].inheritedImage
    }
  }

  /// The command's own end is known from its parent where its record was lost.
  mutating func endCommand() {
    guard let root, let index = processIndex(of: root), trace.processes[index].end == nil, let commandEnd else {
      return
    }
    trace.processes[index].end = commandEnd
    trace.processes[index].status = trace.end?.status
  }

  mutating func markLeakedProcesses() {
    guard let commandEnd else { return }
    for index in trace.processes.indices where trace.processes[index].identity != root {
      trace.processes[index].isLeaked = trace.processes[index].end.map { $0 > commandEnd } ?? true
    }
  }
}

extension TracedProcess {
  fileprivate mutating func describe(from event: ForkEvent) {
    parentIdentity = event.parent
    namespacePID = event.namespacePID
    tracerPID = event.tracerPID
    uid = event.uid
    gid = event.gid
    test = event.test
  }
}

extension ProcessIdentity {
  /// Stands for the parent of a process whose fork was not recorded.
  static let unknown = ProcessIdentity(pid: 0, start: BootInstant(nanoseconds: 0))
}
