import CKernelABI
import Glibc
public import Trace

/// Who starts the command, passes signals on to it and waits for it: the tracer itself, or the unprivileged process
/// that elevated it.
public protocol CommandHost: ~Copyable {
  /// Readable when `change` has something to tell.
  var descriptors: [Int32] { get }

  /// Starts the command as the next child that joins the session, suspended before exec.
  mutating func start(_ launch: CommandLaunch, in session: borrowing TracerSession) throws(KernelTracerError)

  /// Lets it run.
  mutating func release() throws(KernelTracerError) -> CommandRelease

  /// Ends it before it ran.
  mutating func abandon()

  /// What has happened; signals are passed on by the way.
  mutating func change() throws(KernelTracerError) -> CommandChange

  /// Waits for the command's end.
  mutating func wait() -> ExitStatus
}

/// Why a command did not run.
public struct LaunchFailure: Sendable {
  public var isDirectory: Bool
  /// What a run that enforces takes from its command could not be taken.
  public var isConfinement = false
  public var errno: Int32

  /// - Parameter step: a `pt_spawn_step`.
  init(step: Int32, errno: Int32) {
    isDirectory = step == Int32(PT_SPAWN_DIRECTORY.rawValue)
    isConfinement = step == Int32(PT_SPAWN_CONFINE.rawValue)
    self.errno = errno
  }

  var step: Int32 {
    let step = isDirectory ? PT_SPAWN_DIRECTORY : isConfinement ? PT_SPAWN_CONFINE : PT_SPAWN_EXEC
    return Int32(step.rawValue)
  }
}

/// What became of a command that was let go.
public enum CommandRelease: Sendable {
  /// `refusals`: where the calls of a confined command wait that its filter refuses; the receiver's to close.
  case running(refusals: Int32?)
  case failed(LaunchFailure)
}

public enum CommandChange: Sendable {
  case none
  case ended(ExitStatus)
  /// A signal asks the tool to end; told only after the command's end.
  case termination
}

/// Runs the command as a child of this process.
public struct LocalCommandHost: ~Copyable, CommandHost {
  private let signals: ForwardedSignals
  private var suspended: SuspendedCommand?
  private var command: RunningCommand?
  private var hasEnded = false
  /// Released and not waited for.
  var isRunning: Bool { command != nil }

  public init() throws(KernelTracerError) {
    signals = try ForwardedSignals()
  }

  public var descriptors: [Int32] {
    switch command {
    case .some(let command) where !hasEnded: [signals.descriptor, command.pidfd]
    default: [signals.descriptor]
    }
  }

  public mutating func start(_ launch: CommandLaunch, in session: borrowing TracerSession) throws(KernelTracerError) {
    try session.arm(FORK_ROOT)
    let cgroup = session.cgroupDescriptor
    let mask = signals.callerMask
    suspended = try CapabilitySet.with(.dacOverride) { () throws(KernelTracerError) in
      try SuspendedCommand(launch, cgroup: cgroup, signalMask: mask)
    }
  }

  /// Starts the command as the next child that joins the session of another process, by that session's program.
  mutating func start(_ launch: CommandLaunch, arming program: Int32) throws(KernelTracerError) -> Int32 {
    try TracerSession.arm(FORK_ROOT, program: program)
    let started = try SuspendedCommand(launch, cgroup: nil, signalMask: signals.callerMask)
    let pid = started.pid
    suspended = consume started
    return pid
  }

  public mutating func release() -> CommandRelease {
    guard let suspended = suspended.take() else { return .running(refusals: nil) }
    let result = suspended.release()
    switch consume result {
    case .failed(let failure): return .failed(failure)
    case .running(let running, let refusals):
      command = consume running
      return .running(refusals: refusals)
    }
  }

  public mutating func abandon() {
    if let suspended = suspended.take() { suspended.abandon() }
  }

  public mutating func change() -> CommandChange {
    guard !hasEnded, let command = command.take() else { return signals.readTermination() ? .termination : .none }
    signals.forward(to: command)
    let change = command.poll()
    if case .stopped(let signal) = change { Self.stopAlong(with: command, signal: signal) }
    self.command = consume command
    guard case .ended(let status) = change else { return .none }
    hasEnded = true
    return .ended(status)
  }

  public mutating func wait() -> ExitStatus {
    guard let command = command.take() else { return .exited(code: 125) }
    return command.wait()
  }

  /// The command was stopped by the terminal: stop too, so that the shell sees a stopped job, and go on with it.
  private static func stopAlong(with command: borrowing RunningCommand, signal: Int32) {
    guard [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) else { return }
    kill(getpid(), SIGSTOP)
    command.send(SIGCONT)
  }
}
