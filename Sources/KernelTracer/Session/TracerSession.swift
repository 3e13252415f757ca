import CKernelABI
import CLibbpf
import Glibc
public import Trace

/// The kernel side of one run: programs loaded and attached, tables, and the ring that narrates.
///
/// Single-threaded: everything happens on the thread that made it, but that hooks are attached and let go on another.
/// When the value or the process goes, the kernel detaches and frees everything.
public struct TracerSession: ~Copyable {
  let object: KernelObject
  let attachments: Attachments
  let ring: RingBuffer
  var cgroup: SessionCgroup?
  /// What refuses, in a run that enforces.
  var enforcement: Enforcement?
  var sessionGuard: SessionGuard?
  /// What the filter of a run that enforces refuses; nil where nobody is told of that.
  var refusedCalls: RefusedCalls?
  /// What was counted of that until it could not be read any more.
  var lateRefusals: [FlowEntry] = []
  /// Where the session's cgroup is, nil where none could be made.
  public let cgroupPath: String?
  let cgroupDescriptor: Int32?
  /// Test binaries that are looked at before their first instruction; nil where nobody asked for it.
  private(set) var instrumentation: Instrumentation?
  /// Why evidence is missing beyond the counters.
  var failures: [String] = []
  /// What whoever reads the run should know besides.
  var notes: [String] = []

  /// Loads and attaches everything. Throws `KernelTracerError` where something required is refused.
  ///
  /// The session's cgroup is made below that of `caller`.
  public init(
    sizes: TableSizes = TableSizes(), spans: SpanContext = SpanContext(),
    resolution: NameResolution = NameResolution(nameservers: []), caller: Int32 = getpid(),
    instruments: [Instrument] = []
  ) throws(KernelTracerError) {
    try Confinement.current.check()
    guard access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
      throw KernelTracerError(
        .unsupportedKernel, "the kernel has no readable BTF type information at /sys/kernel/btf/vmlinux",
        advice: "use a kernel built with CONFIG_DEBUG_INFO_BTF (every distribution's since 2021)")
    }
    let hierarchy = try CgroupHierarchy.find(of: caller)
    let root = open(hierarchy.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw .system("cannot open the cgroup v2 root \(hierarchy.root)", errno: errno) }
    defer { close(root) }
    let cgroup = SessionCgroup(hierarchy: hierarchy)
    let place = SessionCgroup.place(of: cgroup)
    let object: KernelObject
    do throws(KernelTracerError) {
      object = try KernelPreparation.take(sizes: resolution.enforcesHosts ? sizes.forHostRules : sizes)
    } catch {
      if let place { rmdir(place.path) }
      throw error
    }
    try object.set(
      spans: spans, sessionCgroup: SessionCgroup.id(of: place?.descriptor), resolution: resolution,
      stoppingFor: instruments)
    var made: Attachments? = nil
    try Self.attach(object, root: root, session: place?.descriptor, as: &made, instruments, as: &instrumentation)
    guard let attachments = made.take() else { preconditionFailure("nothing was thrown") }
    let ring = try RingBuffer(mapDescriptor: object.mapDescriptor("events"))
    self.cgroupPath = place?.path
    self.cgroupDescriptor = place?.descriptor
    self.object = object
    self.cgroup = cgroup
    self.enforcement = nil
    self.sessionGuard = nil
    self.refusedCalls = nil
    self.attachments = attachments
    self.ring = ring
  }

  /// Attaches the hooks; meanwhile, on this thread, with which it would end, starts the guard of stopped processes.
  private static func attach(
    _ object: borrowing KernelObject, root: Int32, session: Int32?, as attachments: inout Attachments?,
    _ instruments: [Instrument], as instrumentation: inout Instrumentation?
  ) throws(KernelTracerError) {
    try concurrently { () throws(KernelTracerError) in
      if !instruments.isEmpty { instrumentation = try Instrumentation(instruments, object) }
    } and: { () throws(KernelTracerError) in
      attachments = try Attachments(object, root: root, session: session)
    }
  }

  /// The hooks of this run and what each is for.
  public var hooks: [Hook] {
    switch enforcement {
    case .some(let enforcement): attachments.hooks + enforcement.hooks
    case .none: attachments.hooks
    }
  }

  /// Makes the next child of this thread a member of the session.
  func arm(_ flags: Int32) throws(KernelTracerError) {
    try Self.arm(flags, program: armProgram)
  }

  var armProgram: Int32 { object.programDescriptor("arm_next_fork") }

  /// The same by the program alone, in a process that has no session of its own.
  static func arm(_ flags: Int32, program: Int32) throws(KernelTracerError) {
    var argument = UInt64(flags)
    let result = withUnsafeMutablePointer(to: &argument) { argument in
      var options = bpf_test_run_opts()
      options.sz = MemoryLayout<bpf_test_run_opts>.size(through: \.batch_size)
      options.ctx_in = UnsafeRawPointer(argument)
      options.ctx_size_in = UInt32(MemoryLayout<UInt64>.size)
      return bpf_prog_test_run_opts(program, &options)
    }
    guard result == 0 else { throw .system("cannot mark the command as the session's root", errno: -result) }
  }

  /// Moves a process that another one started into the session's cgroup, where there is one.
  func moveIntoCgroup(_ pid: Int32) {
    switch cgroup {
    case .some(let cgroup): _ = cgroup.take(pid)
    case .none: break
    }
  }

  var liveMembers: UInt64 { object.counters.live_members }

  /// Ends the run: what is still open, the tables, and what was lost. `onEvent` gets the last events.
  public mutating func finish(status: ExitStatus, _ onEvent: (KernelEvent) -> Void) -> RunEnd {
    notes += instrumentation?.finish() ?? []
    // What comes later than this, such as the last close of a distant connection, came after the run.
    let emitted = object.counters.emittedRecords
    read { (session) throws(KernelTracerError) in try session.ring.drain(onEvent) }
    let untold = readOpenSockets(onEvent)
    read { (session) throws(KernelTracerError) in
      var busy = try BusyFlows(
        map: session.object.mapDescriptor("busy_flows"), counters: session.object.counters)
      try KernelTables.entries(of: session.object.mapDescriptor("flows"), key: flow_key.self, value: flow_value.self) {
        onEvent(.flow(FlowEntry($0, busy.take($0, addingTo: $1))))
      }
    }
    for entry in takeRefusedCalls() { onEvent(.flow(entry)) }
    read { (session) throws(KernelTracerError) in
      try KernelTables.entries(
        of: session.object.mapDescriptor("unix_flows"), key: unix_key.self, value: unix_value.self
      ) { onEvent(.flow(FlowEntry($0, $1))) }
    }
    read { (session) throws(KernelTracerError) in
      try KernelTables.entries(
        of: session.object.mapDescriptor("images"), key: image_key.self, value: image_value.self
      ) { onEvent(.image(ImageEntry($0, $1))) }
    }
    read { (session) throws(KernelTracerError) in
      try KernelTables.entries(of: session.object.mapDescriptor("names"), key: name_key.self, value: name_value.self) {
        onEvent(.name(NameEntry($0, $1)))
      }
    }
    read { (session) throws(KernelTracerError) in
      try KernelTables.entries(
        of: session.object.mapDescriptor("lookups"), key: lookup_key.self, value: lookup_value.self
      ) { onEvent(.lookup(LookupEntry($0, $1))) }
    }
    let misses = object.recursionMisses().flatMap { ours in
      attachments.recursionMisses().map { ours.merging($0, uniquingKeysWith: +) }
    }
    if misses == nil { failures.append("the kernel did not tell which runs of its programs it skipped") }
    var loss = EvidenceLoss(object.counters, recursionMisses: misses ?? [:])
    if untold > 0 { loss.ringFailures["close", default: 0] += untold }
    checkThatAllWasRead(emitted)
    var end = RunEnd(
      time: .now, status: status, loss: loss, failures: failures, netlinkMessages: object.counters.netlink_messages)
    end.notes = notes
    removeCgroup()
    return end
  }

  /// Detaches and frees everything while `body` runs, which takes the kernel milliseconds.
  public consuming func detach(while body: () -> Void) {
    var session: TracerSession? = self
    concurrently(body) { _ = session.take() }
  }

  /// A step of the end whose failure is evidence missing, never a reason to stop.
  private mutating func read(_ step: (borrowing TracerSession) throws(KernelTracerError) -> Void) {
    do {
      try step(self)
    } catch {
      failures.append(error.message)
    }
  }

  /// Tells the connections that are still open, if any are; how many could not be told.
  private func readOpenSockets(_ onEvent: (KernelEvent) -> Void) -> UInt64 {
    let open = object.counters.openConnections
    guard open > 0 || object.counters.listeners > 0 else { return 0 }
    do {
      try OpenSockets.read(of: object) { onEvent(.close($0)) }
      return 0
    } catch {
      return open
    }
  }

  private mutating func checkThatAllWasRead(_ emitted: UInt64) {
    if emitted > ring.recordsRead {
      failures.append("\(emitted - ring.recordsRead) records of the kernel were not read")
    }
    if ring.undecodableRecords > 0 {
      failures.append("\(ring.undecodableRecords) records of the kernel were not understood")
    }
  }

  private mutating func removeCgroup() {
    if let cgroup = cgroup.take() { _ = cgroup.remove() }
  }
}

extension BootInstant {
  /// CLOCK_BOOTTIME, the clock of every kernel record.
  public static var now: BootInstant {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return BootInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  /// What to add to a boot instant to get Unix time, in nanoseconds.
  public static var unixOffset: Int64 {
    var wall = timespec()
    clock_gettime(CLOCK_REALTIME, &wall)
    let boot = BootInstant.now
    return Int64(wall.tv_sec) * 1_000_000_000 + Int64(wall.tv_nsec) - Int64(boot.nanoseconds)
  }
}

extension session_counters {
  var emittedRecords: UInt64 {
    withUnsafeBytes(of: emitted) { $0.withMemoryRebound(to: UInt64.self) { $0.reduce(0, +) } }
  }

  /// Connections that began and whose end was not told.
  var openConnections: UInt64 {
    func told(_ kind: Int32) -> UInt64 {
      [emitted, lost].reduce(0) { sum, counts in
        withUnsafeBytes(of: counts) { sum + $0.loadUnaligned(fromByteOffset: Int(kind) * 8, as: UInt64.self) }
      }
    }
    let begun = told(EVENT_CONNECT) + told(EVENT_ACCEPT)
    let ended = told(EVENT_CLOSE)
    return begun > ended ? begun - ended : 0
  }
}

extension EvidenceLoss {
  init(_ counters: session_counters, recursionMisses: [String: UInt64]) {
    self.init()
    let names = [
      (EVENT_FORK, "fork"), (EVENT_EXEC, "exec"), (EVENT_EXIT, "exit"), (EVENT_CONNECT, "connect"),
      (EVENT_ACCEPT, "accept"), (EVENT_CLOSE, "close"), (EVENT_DATAGRAM, "datagram"), (EVENT_MARKER, "marker"),
      (EVENT_LISTEN, "listen"), (EVENT_ANSWER, "answer"), (EVENT_FIRST_DATA, "claim"),
      (EVENT_SWIFT_TEST, "marker"),
    ]
    withUnsafeBytes(of: counters.lost) { bytes in
      for (kind, name) in names {
        let lost = bytes.loadUnaligned(fromByteOffset: Int(kind) * 8, as: UInt64.self)
        if lost > 0 { ringFailures[name, default: 0] += lost }
      }
    }
    membersRefused = counters.members_refused
    flowsRefused = counters.flows_refused
    imagesRefused = counters.images_refused
    socketsRefused = counters.sockets_refused
    threadsRefused = counters.threads_refused + counters.contexts_refused
    packetsUnparsed = counters.packets_unparsed
    namesRefused = counters.names_refused
    questionsRefused = counters.questions_refused
    resolversRefused = counters.resolvers_refused
    messagesUnparsed = counters.messages_unparsed
    self.recursionMisses = recursionMisses
  }
}
