import CKernelABI
import Glibc
public import Trace

/// The tracer's end of an elevated run: it has the rights, the launcher that elevated it runs the command.
public final class ElevatedCommandHost: CommandHost, Sendable {
  private let channel: Channel
  /// The launcher, whose cgroup is the caller's.
  public let launcher: Int32
  /// The call that it was given.
  public let call: HandOver

  /// Takes over from the launcher that listens at `name`: this process becomes the launcher's user, in its working
  /// directory, with its stdout, stderr and file mode mask, and keeps the right to trace.
  ///
  /// Throws `KernelTracerError` where the launcher is not the user who called sudo.
  public static func takeOver(
    _ name: String, sudoUser: UInt32?
  ) throws(KernelTracerError) -> ElevatedCommandHost {
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE] {
      // The launcher passes on what is meant for the command.
      Glibc.signal(signal, SIG_IGN)
    }
    var pid: pid_t = 0
    var user: uid_t = 0
    var group: gid_t = 0
    let socket = pt_connect(name, &pid, &user, &group)
    guard socket >= 0 else { throw .system("cannot reach the process that elevated this one", errno: -socket) }
    let channel = Channel(socket)
    guard user == (sudoUser ?? 0) else {
      throw KernelTracerError(.privilege, "user \(user) asks for what user \(sudoUser ?? 0) was given by sudo")
    }
    var groups = [gid_t](repeating: 0, count: 65_536)
    let count = pt_peer_groups(socket, &groups, Int32(groups.count))
    guard count >= 0 else { throw .system("cannot read the groups of user \(user)", errno: -count) }
    let identity = UserIdentity(user: user, group: group, groups: Array(groups.prefix(Int(count))))
    try identity.assume(tracing: true, reserve: .dacOverride)

    guard let (message, descriptors) = try channel.receive(), case .call(let mask, let open) = message,
      descriptors.count == 2 + open.nonzeroBitCount
    else { throw KernelTracerError(.privilege, "the process that elevated this one is gone") }
    let call = try HandOver(file: descriptors[0])
    umask(mask)
    fchdir(descriptors[1])
    close(descriptors[1])
    var rest = descriptors[2...]
    for standard in [STDOUT_FILENO, STDERR_FILENO] where open & (1 << standard) != 0 {
      let given = rest.removeFirst()
      dup2(given, standard)
      close(given)
    }
    return ElevatedCommandHost(channel: channel, launcher: pid, call: call)
  }

  private init(channel: consuming Channel, launcher: Int32, call: HandOver) {
    self.channel = channel
    self.launcher = launcher
    self.call = call
  }

  /// Tells the launcher how to exit.
  public func finish(code: Int32) {
    do {
      try channel.send(.exit(code: code))
    } catch {
      // The launcher is gone, and nobody is left who wants to know.
    }
  }

  // MARK: CommandHost

  public var descriptors: [Int32] { [channel.descriptor] }

  public func start(_ launch: CommandLaunch, in session: borrowing TracerSession) throws(KernelTracerError) {
    let call = try HandOver(
      arguments: launch.bytes(of: launch.arguments), environment: launch.bytes(of: launch.environment)
    ).file()
    defer { close(call) }
    let directory = pt_open_place(launch.directory ?? ".")
    guard directory >= 0 else { throw .system("cannot open the working directory", errno: errno) }
    defer { close(directory) }
    try channel.send(.start(isConfined: launch.isConfined), [call, directory, session.armProgram])
    switch try answer() {
    case .started(let pid): session.moveIntoCgroup(pid)
    case .notStarted(let code): throw .system("cannot start a process", errno: code)
    default: throw Self.outOfTurn
    }
  }

  public func release() throws(KernelTracerError) -> CommandRelease {
    try channel.send(.release)
    let (message, descriptors) = try answerWithDescriptors()
    guard case .released(let step, let code) = message, descriptors.count <= 1 else { throw Self.outOfTurn }
    return step == 0 ? .running(refusals: descriptors.first) : .failed(LaunchFailure(step: step, errno: code))
  }

  public func abandon() {
    do {
      try channel.send(.abandon)
    } catch {
      // Without a launcher there is no command either.
    }
  }

  public func change() throws(KernelTracerError) -> CommandChange {
    switch try answer() {
    case .ended(let status): return .ended(status)
    case .termination: return .termination
    default: return .none
    }
  }

  public func wait() -> ExitStatus {
    while true {
      do {
        if case .ended(let status) = try change() { return status }
      } catch {
        // Killed with its launcher, or out of sight: either way nobody knows more.
        return .signaled(signal: SIGKILL, coreDumped: false)
      }
    }
  }

  private func answer() throws(KernelTracerError) -> ChannelMessage {
    let (message, descriptors) = try answerWithDescriptors()
    for descriptor in descriptors { close(descriptor) }
    return message
  }

  private func answerWithDescriptors() throws(KernelTracerError) -> (ChannelMessage, [Int32]) {
    guard let (message, descriptors) = try channel.receive() else {
      throw KernelTracerError(.spawn, "the process that runs the command was killed")
    }
    return (message, descriptors)
  }

  private static let outOfTurn = KernelTracerError(.spawn, "the process that runs the command spoke out of turn")
}
