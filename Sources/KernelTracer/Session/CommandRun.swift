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

extension TracerSession {
  /// Runs a command as the session's root: suspended until it is a member, then as without a tracer. Signals sent
  /// to this process reach it. Events go to `onEvent` as they come.
  public mutating func run<Host: CommandHost & ~Copyable>(
    _ launch: CommandLaunch, host: inout Host, options: CommandRunOptions = CommandRunOptions(),
    _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> CommandRunResult {
    try host.start(launch, in: self)
    guard liveMembers == 1 else {
      host.abandon()
      throw KernelTracerError(.spawn, "the command did not become a member of the session")
    }
    if let failure = try host.release() {
      return .notStarted(isDirectory: failure.isDirectory, errno: failure.errno)
    }
    return .ended(supervise(&host, options: options, onEvent))
  }

  /// Reads the ring and passes signals on until the command has ended, then sees to what it left running. Nothing
  /// that fails here stops the command: what could not be read makes the evidence incomplete.
  private mutating func supervise<Host: CommandHost & ~Copyable>(
    _ host: inout Host, options: CommandRunOptions, _ onEvent: (KernelEvent) -> Void
  ) -> ExitStatus {
    var status: ExitStatus?
    do {
      let poller = try Poller()
      let watched = host.descriptors
      for descriptor in watched + [ring.descriptor] { try poller.add(descriptor) }
      if let stops = stopsDescriptor { try poller.add(stops) }
      status = try waitForEnd(&host, poller, onEvent)
      try ring.drain(onEvent)
      onEvent(.commandEnded(.now))
      for descriptor in watched where !host.descriptors.contains(descriptor) { poller.remove(descriptor) }
      if options.killsLeaked { killLeaked() }
      if options.killsLeaked || options.waitsForLeaked {
        try waitForLeaked(&host, poller, onEvent)
      }
    } catch {
      failures.append("the run was not followed to its end: \(error.message)")
    }
    // A command that ended before the failure was reaped already: its status is not to be had twice.
    return status ?? host.wait()
  }

  private func waitForEnd<Host: CommandHost & ~Copyable>(
    _ host: inout Host, _ poller: borrowing Poller, _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> ExitStatus {
    while true {
      let ready = try poller.wait()
      try serveStops(ready, onEvent)
      if ready.contains(ring.descriptor) { try ring.drain(onEvent) }
      guard ready.contains(where: { $0 != ring.descriptor && $0 != stopsDescriptor }) else { continue }
      if case .ended(let status) = try host.change() { return status }
    }
  }

  private func waitForLeaked<Host: CommandHost & ~Copyable>(
    _ host: inout Host, _ poller: borrowing Poller, _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) {
    while liveMembers > 0 {
      let ready = try poller.wait()
      try serveStops(ready, onEvent)
      let isHost = ready.contains { $0 != ring.descriptor && $0 != stopsDescriptor }
      if isHost, case .termination = try host.change() { return }
      try ring.drain(onEvent)
    }
  }

  private var stopsDescriptor: Int32? { instrumentation?.descriptor }

  /// Looks at the processes that wait for it, if any do, before anything else.
  private func serveStops(_ ready: [Int32], _ onEvent: (KernelEvent) -> Void) throws(KernelTracerError) {
    guard let instrumentation, ready.contains(instrumentation.descriptor) else { return }
    try instrumentation.serve(object, onEvent)
  }

  private func killLeaked() {
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
