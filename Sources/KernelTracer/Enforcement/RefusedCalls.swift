import CKernelABI
import CLibbpf
import Glibc
import Trace

/// System calls of the session that its seccomp filter refuses, since no hook decides about what they lead to: sockets of
/// other families, and io_uring. Each waits until it has been counted here; then it fails with EPERM.
struct RefusedCalls: ~Copyable {
  /// Readable while a call waits.
  let descriptor: Int32
  private let members: Int32
  private let threads: Int32
  private var flows: [Caller: FlowEntry] = [:]
  private var callersUnknown = 0

  /// Why not all of it is told.
  var failures: [String] {
    callersUnknown == 0
      ? [] : ["\(callersUnknown) calls that were refused were made by threads that were gone before they were counted"]
  }

  /// Takes over `listener`, which the command's filter was made with.
  init(listener: Int32, over object: borrowing KernelObject) {
    descriptor = listener
    members = object.mapDescriptor("members")
    threads = object.mapDescriptor("threads")
  }

  deinit {
    close(descriptor)
  }

  /// Counts and answers every call that waits. False where nobody is left who could make one.
  mutating func serve() throws(KernelTracerError) -> Bool {
    var call = pt_refusal()
    while true {
      let result = pt_refusal_receive(descriptor, &call)
      if result == 0 { return true }
      if result == -ENOTCONN { return false }
      guard result == 1 else { throw .system("cannot read what the command's filter refuses", errno: -result) }
      note(call)
      let answered = pt_refusal_answer(descriptor, &call)
      guard answered == 0 else { throw .system("cannot answer what the command's filter refuses", errno: -answered) }
    }
  }

  /// What was refused, each with how often.
  var entries: [FlowEntry] { Array(flows.values) }

  private mutating func note(_ call: pt_refusal) {
    let thread = call.thread
    guard let (pid, process) = caller(of: thread) else {
      callersUnknown += 1
      return
    }
    let key = Caller(
      process: ProcessIdentity(pid: Int32(bitPattern: pid), start: BootInstant(nanoseconds: process.start)),
      protocol: Self.transport(call.family), test: test(of: thread, process, isInitial: process.tracer_pid == pid))
    let now = BootInstant.now
    var entry =
      flows[key]
      ?? FlowEntry(
        process: key.process, destination: Endpoint(address: .anyIPv6, port: 0), protocol: key.protocol, firstTime: now,
        imageID: ImageID(process.image), command: text(ofCharacters: process.comm))
    entry.networkNamespace = Self.networkNamespace(of: thread)
    entry.test = TestMark(kernelWord: key.test)
    entry.lastTime = now
    entry.attempts += 1
    entry.refused += 1
    // What is received from others, and sent on, is counted by the hooks of sends: apart from this.
    entry.isSendOnly = true
    flows[key] = entry
  }

  /// The process of a thread, by the pid that the kernel's tables have it under.
  private func caller(of thread: Int32) -> (pid: UInt32, member)? {
    let status = ProcFile.lines(of: "/proc/\(thread)/status").first { $0.hasPrefix("Tgid:") }
    guard let group = status?.split(separator: "\t").last.flatMap({ UInt32($0) }) else { return nil }
    var key = group
    var found = member()
    if bpf_map_lookup_elem(members, &key, &found) == 0, found.tracer_pid == group { return (group, found) }
    // This process's PID namespace is not the initial one.
    var other: (UInt32, member)?
    do {
      try KernelTables.entries(of: members, key: UInt32.self, value: member.self) {
        if $1.tracer_pid == group { other = ($0, $1) }
      }
    } catch {
      return nil
    }
    return other
  }

  /// What the thread was marked with, else its process's; `isInitial` says whether the tables know threads by the ids
  /// that this process sees.
  private func test(of thread: Int32, _ process: member, isInitial: Bool) -> UInt32 {
    var key = UInt32(bitPattern: thread)
    var own = thread_test()
    return isInitial && bpf_map_lookup_elem(threads, &key, &own) == 0 ? own.test : process.test
  }

  private static func networkNamespace(of thread: Int32) -> UInt32 {
    var status = stat()
    let result = fstatat(AT_FDCWD, "/proc/\(thread)/ns/net", &status, 0)
    return result == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : 0
  }

  /// - Parameter family: AF_*, or -1 for io_uring.
  private static func transport(_ family: Int32) -> TransportProtocol {
    family < 0 ? .ioUring : .family(family)
  }
}

private struct Caller: Hashable {
  var process: ProcessIdentity
  var `protocol`: TransportProtocol
  var test: UInt32
}
