import CKernelABI
import Glibc

/// This program, started with rights by `sudo -n`, in a process group of its own that no terminal signals.
struct Elevation: ~Copyable {
  private let pid: pid_t
  private let pidfd: Int32
  /// What sudo says.
  private let messages: Int32

  init(arguments: [String]) throws(KernelTracerError) {
    guard let program = Self.ownPath else { throw .system("cannot read /proc/self/exe", errno: errno) }
    var pipes: [Int32] = [-1, -1]
    let made = pt_pipe(&pipes)
    guard made == 0 else { throw .system("cannot make a pipe", errno: -made) }
    defer { close(pipes[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var child: pid_t = 0
    let words = ["sudo", "-n", "--", program] + arguments
    let result = withCStrings(words.map { Array($0.utf8) }) { argv in
      posix_spawnp(&child, "sudo", &actions, &attributes, argv, environ)
    }
    guard result == 0 else {
      close(pipes[0])
      let reason = result == ENOENT ? "there is no sudo here" : "sudo does not start: \(systemMessage(result))"
      throw KernelTracerError(
        .privilege, "this user may not load kernel programs, and \(reason)", advice: KernelTracerError.privilegeAdvice)
    }
    pid = child
    messages = pipes[0]
    pidfd = pt_pidfd_open(child)
  }

  deinit {
    close(messages)
    if pidfd >= 0 { close(pidfd) }
  }

  /// The path of this program.
  static var ownPath: String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
  }

  /// Waits until `listener` has a connection, or sudo has ended; whether the first.
  func waits(for listener: Int32) throws(KernelTracerError) -> Bool {
    let poller = try Poller()
    try poller.add(listener)
    try poller.add(pidfd)
    return try poller.wait().contains(listener)
  }

  /// Why there was no connection, when sudo has ended.
  func refusal() -> KernelTracerError {
    waitForEnd()
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = read(messages, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      bytes += buffer[..<got]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    let said = lines.last ?? "it said nothing"
    let reason = said.hasPrefix("sudo: ") ? String(said.dropFirst("sudo: ".count)) : said
    return KernelTracerError(
      .privilege, "this user may not load kernel programs, and sudo -n refuses: \(reason)",
      advice: "run sudo -v first, or sudo process-tracer …, or let scripts/install give the program its capabilities")
  }

  func waitForEnd() {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }
}
