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
  public mutating func run(
    _ launch: CommandLaunch, signals: borrowing ForwardedSignals, options: CommandRunOptions = CommandRunOptions(),
    _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> CommandRunResult {
    try arm(FORK_ROOT)
    let suspended = try SuspendedCommand(launch, cgroup: cgroupDescriptor)
    guard liveMembers == 1 else {
      suspended.abandon()
      throw KernelTracerError(.spawn, "the command did not become a member of the session")
    }
    let result = suspended.release()
    switch consume result {
    case .failed(let isDirectory, let errno):
      return .notStarted(isDirectory: isDirectory, errno: errno)
    case .running(let command):
      return .ended(supervise(command, signals: signals, options: options, onEvent))
    }
  }

  /// Reads the ring and passes signals on until the command has ended, then sees to what it left running. Nothing
  /// that fails here stops the command: what could not be read makes the evidence incomplete.
  private mutating func supervise(
    _ command: borrowing RunningCommand, signals: borrowing ForwardedSignals, options: CommandRunOptions,
    _ onEvent: (KernelEvent) -> Void
  ) -> ExitStatus {
    var status: ExitStatus?
    do {
      let poller = try Poller()
      for descriptor in [command.pidfd, signals.descriptor, ring.descriptor] { try poller.add(descriptor) }
      status = try waitForEnd(of: command, poller, signals: signals, onEvent)
      try ring.drain(onEvent)
      onEvent(.commandEnded(.now))
      poller.remove(command.pidfd)
      if options.killsLeaked { killLeaked() }
      if options.killsLeaked || options.waitsForLeaked {
        try waitForLeaked(poller, signals: signals, onEvent)
      }
    } catch {
      failures.append("the run was not followed to its end: \(error.message)")
    }
    // A command that ended before the failure was reaped already: its status is not to be had twice.
    return status ?? command.wait()
  }

  private func waitForEnd(
    of command: borrowing RunningCommand, _ poller: borrowing Poller, signals: borrowing ForwardedSignals,
    _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) -> ExitStatus {
    while true {
      let ready = try poller.wait()
      if ready.contains(ring.descriptor) { try ring.drain(onEvent) }
      if ready.contains(signals.descriptor) { signals.forward(to: command) }
      switch command.poll() {
      case .ended(let status): return status
      case .stopped(let signal): stopAlong(with: command, signal: signal)
      case .none: break
      }
    }
  }

  /// The command was stopped by the terminal: stop too, so that the shell sees a stopped job, and go on with it.
  private func stopAlong(with command: borrowing RunningCommand, signal: Int32) {
    guard [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) else { return }
    kill(getpid(), SIGSTOP)
    command.send(SIGCONT)
  }

  private func waitForLeaked(
    _ poller: borrowing Poller, signals: borrowing ForwardedSignals, _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) {
    while liveMembers > 0 {
      let ready = try poller.wait()
      if ready.contains(signals.descriptor), signals.readTermination() { return }
      try ring.drain(onEvent)
    }
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
