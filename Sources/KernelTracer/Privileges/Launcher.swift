import CKernelABI
import Glibc
import Trace

/// The caller's end of an elevated run: an unprivileged process that has `sudo -n` start the tracer, hands it the
/// call, and runs the command for it as its own child. So the command has the caller's identity, terminal, limits
/// and descriptors because nothing was ever changed.
public struct Launcher: ~Copyable {
  /// The first argument of the tracer that is started with rights; the name of a socket follows.
  public static let elevatedVerb = "elevated-by"

  private let call: HandOver
  private var host: LocalCommandHost?
  private var status: ExitStatus?

  /// How the run ended.
  public enum Outcome: Sendable {
    /// The tracer says what to exit with.
    case told(code: Int32)
    /// It was killed in mid-run; the command's status where it had run.
    case tracerDied(command: ExitStatus?)
  }

  public init(call: HandOver) {
    self.call = call
  }

  /// Runs to the end. Throws `KernelTracerError` where sudo refuses.
  public consuming func run() throws(KernelTracerError) -> Outcome {
    var name: (CChar, CChar, CChar, CChar, CChar, CChar) = (0, 0, 0, 0, 0, 0)
    let (listener, text) = withUnsafeMutableBytes(of: &name) { bytes in
      let listener = pt_listen(bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
      return (listener, String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
    guard listener >= 0 else { throw .system("cannot open a socket", errno: -listener) }
    let sudo: Elevation
    do {
      defer { close(listener) }
      sudo = try Elevation(arguments: [Self.elevatedVerb, text])
      // The tests are the same user's: they must not reach into the process that says how they did.
      pt_set_dumpable(0)
      guard try sudo.waits(for: listener) else { throw sudo.refusal() }
      let accepted = pt_accept_root(listener)
      guard accepted >= 0 else { throw .system("cannot speak to the elevated process", errno: -accepted) }
      let outcome = try serve(Channel(accepted))
      sudo.waitForEnd()
      return outcome
    }
  }

  private mutating func serve(_ channel: consuming Channel) throws(KernelTracerError) -> Outcome {
    try handOver(to: channel)
    let poller = try Poller()
    try poller.add(channel.descriptor)
    var watched: [Int32] = []
    while true {
      let ready = try poller.wait()
      if ready.contains(channel.descriptor) {
        guard let (message, descriptors) = try channel.receive() else { return died() }
        if case .exit(let code) = message { return .told(code: code) }
        try answer(message, descriptors, channel)
      }
      if ready.contains(where: { $0 != channel.descriptor }) { try tell(host?.change() ?? .none, channel) }
      let wanted = host?.descriptors ?? []
      for descriptor in watched where !wanted.contains(descriptor) { poller.remove(descriptor) }
      for descriptor in wanted where !watched.contains(descriptor) { try poller.add(descriptor) }
      watched = wanted
    }
  }

  private func handOver(to channel: borrowing Channel) throws(KernelTracerError) {
    let file = try call.file()
    defer { close(file) }
    let directory = pt_open_place(".")
    guard directory >= 0 else { throw .system("cannot open the working directory", errno: errno) }
    defer { close(directory) }
    let standard = [STDOUT_FILENO, STDERR_FILENO].filter { fcntl($0, F_GETFD) >= 0 }
    let mask = umask(0)
    umask(mask)
    let open = standard.reduce(Int32(0)) { $0 | 1 << $1 }
    try channel.send(.call(umask: mask, open: open), [file, directory] + standard)
  }

  private mutating func answer(
    _ message: ChannelMessage, _ descriptors: [Int32], _ channel: borrowing Channel
  ) throws(KernelTracerError) {
    switch message {
    case .start(let isConfined) where descriptors.count == 3:
      try start(descriptors, isConfined: isConfined, channel)
    case .release:
      switch host?.release() ?? .running(refusals: nil) {
      case .running(let refusals):
        defer { if let refusals { close(refusals) } }
        try channel.send(.released(step: 0, errno: 0), refusals.map { [$0] } ?? [])
      case .failed(let failure):
        status = .exited(code: failure.errno == ENOENT && !failure.isDirectory ? 127 : 126)
        try channel.send(.released(step: failure.step, errno: failure.errno))
      }
    case .abandon:
      host?.abandon()
    default: break
    }
  }

  private mutating func start(
    _ descriptors: [Int32], isConfined: Bool, _ channel: borrowing Channel
  ) throws(KernelTracerError) {
    defer { for descriptor in descriptors[1...] { close(descriptor) } }
    let call = try HandOver(file: descriptors[0])
    var launch = CommandLaunch(bytes: call)
    fchdir(descriptors[1])
    launch.directory = nil
    launch.isConfined = isConfined
    do {
      var starting = try LocalCommandHost()
      let pid = try starting.start(launch, arming: descriptors[2])
      host = consume starting
      try channel.send(.started(pid: pid))
    } catch {
      try channel.send(.notStarted(errno: error.code))
    }
  }

  private mutating func tell(_ change: CommandChange, _ channel: borrowing Channel) throws(KernelTracerError) {
    switch change {
    case .none: break
    case .ended(let ended):
      status = ended
      try channel.send(.ended(ended))
    case .termination: try channel.send(.termination)
    }
  }

  /// The tracer is gone: the command goes on to its end.
  private mutating func died() -> Outcome {
    if status == nil {
      host?.abandon()
      if host?.isRunning == true { status = host?.wait() }
    }
    return .tracerDied(command: status)
  }
}
