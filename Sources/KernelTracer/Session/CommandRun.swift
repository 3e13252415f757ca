import CKernelABI
import CLibbpf
import Glibc
public import Trace

/// How a command is run.
public struct CommandRunOptions: Sendable {
  /// Wait for every process of the session, not for the command alone.
  public var waitsForLeaked: Bool
  /// Kill what outlives the command.
  public var killsLeaked: Bool

  public init(waitsForLeaked: Bool = false, killsLeaked: Bool = false) {
    self.waitsForLeaked = waitsForLeaked
    self.killsLeaked = killsLeaked
  }
}

/// What became of a command.
public enum CommandRunResult: Sendable {
  case ended(ExitStatus)
  /// The command was not found (ENOENT), could not be executed, or its directory not entered.
  case notStarted(isDirectory: Bool, errno: Int32)
}

/// Answers what processes of a run ask, with `TracerSession.drain` for all events up to now.
public typealias RequestHandler = (borrowing TracerSession) -> Void

extension TracerSession {
  /// Runs a command as the session's root: suspended until it is a member, then as without a tracer. Signals sent
  /// to this process reach it. Events go to `onEvent` as they come.
  ///
  /// - Parameters:
  ///   - requests: a descriptor on which processes of the run ask something; nil: there is none.
  ///   - onRequest: called while that is readable.
  public mutating func run<Host: CommandHost & ~Copyable>(
    _ launch: CommandLaunch, host: inout Host, options: CommandRunOptions = CommandRunOptions(),
    requests: Int32? = nil, onRequest: RequestHandler = { _ in }, _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> CommandRunResult {
    instrumentation?.lateEnvironment = launch.lateEnvironment
    try instrumentation?.begin()
    try host.start(launch, in: self)
    guard liveMembers == 1 else {
      host.abandon()
      throw KernelTracerError(.spawn, "the command did not become a member of the session")
    }
    switch try host.release() {
    case .failed(let failure) where failure.isConfinement:
      throw .system("the command cannot be confined, as enforcement needs it", errno: failure.errno)
    case .failed(let failure): return .notStarted(isDirectory: failure.isDirectory, errno: failure.errno)
    case .running(let refusals?): refusedCalls = RefusedCalls(listener: refusals, over: object)
    case .running(nil) where launch.isConfined: notes.append(Self.untoldRefusals)
    case .running(nil): break
    }
    return .ended(supervise(&host, options: options, requests: requests, onRequest, onEvent))
  }

  private static let untoldRefusals = """
    refused sockets of other families and io_uring are not recorded: a seccomp filter that this process is under, as a \
    container's, has a listener already
    """

  /// Reads the ring and passes signals on until the command has ended, then sees to what it left running. Nothing
  /// that fails here stops the command: what could not be read makes the evidence incomplete.
  private mutating func supervise<Host: CommandHost & ~Copyable>(
    _ host: inout Host, options: CommandRunOptions, requests: Int32?, _ onRequest: RequestHandler,
    _ onEvent: (KernelEvent) -> Void
  ) -> ExitStatus {
    var status: ExitStatus?
    do {
      let poller = try Poller()
      let watched = host.descriptors
      for descriptor in watched + [ring.descriptor] + enforcementDescriptors + (requests.map { [$0] } ?? []) {
        try poller.add(descriptor)
      }
      if let stops = instrumentation?.descriptor { try poller.add(stops) }
      status = try waitForEnd(&host, poller, requests: requests, onRequest, onEvent)
      try ring.drain(onEvent)
      onEvent(.commandEnded(.now))
      for descriptor in watched where !host.descriptors.contains(descriptor) { poller.remove(descriptor) }
      if options.killsLeaked { killMembers() }
      if options.killsLeaked || options.waitsForLeaked {
        try waitForLeaked(&host, poller, requests: requests, onRequest, onEvent)
      }
    } catch {
      failures.append("the run was not followed to its end: \(error.message)")
      // Without this process nothing is refused any more, and the guard ends with it.
      if !enforcementDescriptors.isEmpty { killMembers() }
    }
    // A command that ended before the failure was reaped already: its status is not to be had twice.
    return status ?? host.wait()
  }

  private mutating func waitForEnd<Host: CommandHost & ~Copyable>(
    _ host: inout Host, _ poller: borrowing Poller, requests: Int32?, _ onRequest: RequestHandler,
    _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> ExitStatus {
    while true {
      let ready = try poller.wait()
      try serveStops(ready, onEvent)
      if ready.contains(ring.descriptor) { try ring.drain(onEvent) }
      if let requests, ready.contains(requests) { onRequest(self) }
      tendEnforcement(ready, poller)
      guard ready.contains(where: host.descriptors.contains) else { continue }
      if case .ended(let status) = try host.change() { return status }
    }
  }

  /// Whether test processes can get a `LateEnvironment`: they are stopped, and the kernel lets this process write into
  /// them, which may be its descendants or not.
  public func mayFillEnvironments(ofDescendants: Bool) throws(KernelTracerError) -> Bool {
    try instrumentation?.mayWriteMemory(ofChildren: ofDescendants) ?? false
  }

  /// Hands over everything that is in the ring now.
  public func drain(_ onEvent: (KernelEvent) -> Void) throws(KernelTracerError) { try ring.drain(onEvent) }

  /// Whether a process, by its pid as this process sees it, is of the session and alive.
  public func hasMember(_ pid: Int32) -> Bool {
    let members = object.mapDescriptor("members")
    var key = UInt32(bitPattern: pid)
    var entry = member()
    if bpf_map_lookup_elem(members, &key, &entry) == 0, entry.tracer_pid == key { return true }
    // This process's PID namespace is not the initial one.
    var isFound = false
    do {
      try KernelTables.entries(of: members, key: UInt32.self, value: member.self) {
        isFound = isFound || $1.tracer_pid == UInt32(bitPattern: pid)
      }
    } catch {
      return false
    }
    return isFound
  }

  /// Whether records are in the ring, or on their way to it.
  public var hasUnreadRecords: Bool { object.counters.emittedRecords > ring.recordsRead }

  /// How much the kernel could not keep so far: records, processes, destinations, sockets, threads.
  public var lostSoFar: UInt64 {
    let counters = object.counters
    let lost = withUnsafeBytes(of: counters.lost) { $0.withMemoryRebound(to: UInt64.self) { $0.reduce(0, +) } }
    return lost + counters.members_refused + counters.sockets_refused + counters.threads_refused
      + counters.flows_refused
  }

  private mutating func waitForLeaked<Host: CommandHost & ~Copyable>(
    _ host: inout Host, _ poller: borrowing Poller, requests: Int32?, _ onRequest: RequestHandler,
    _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) {
    while liveMembers > 0 {
      let ready = try poller.wait()
      try serveStops(ready, onEvent)
      if let requests, ready.contains(requests) { onRequest(self) }
      tendEnforcement(ready, poller)
      if ready.contains(where: host.descriptors.contains), case .termination = try host.change() { return }
      try ring.drain(onEvent)
    }
  }

  /// Looks at the processes that wait for it, if any do, before anything else.
  private func serveStops(_ ready: [Int32], _ onEvent: (KernelEvent) -> Void) throws(KernelTracerError) {
    guard let instrumentation, ready.contains(instrumentation.descriptor) else { return }
    try instrumentation.serve(object, onEvent)
  }

  /// Kills every process of the session.
  func killMembers() {
    cgroup?.killAll()
    // Those that left the cgroup, by pidfd: membership is checked again once the pid is pinned.
    let members = object.mapDescriptor("members")
    var pids: [(UInt32, member)] = []
    do {
      try KernelTables.entries(of: members, key: UInt32.self, value: member.self) { pids.append(($0, $1)) }
    } catch {
      return  // the wait that follows shows them as still alive
    }
    for (pid, entry) in pids where entry.tracer_pid != 0 {
      let pidfd = pt_pidfd_open(Int32(bitPattern: entry.tracer_pid))
      guard pidfd >= 0 else { continue }
      var key = pid
      var current = member()
      if bpf_map_lookup_elem(members, &key, &current) == 0, current.start == entry.start {
        _ = pt_pidfd_send_signal(pidfd, SIGKILL)
      }
      close(pidfd)
    }
  }
}
