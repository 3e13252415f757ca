import CKernelABI
import Glibc
import Trace

/// What the two processes of an elevated run say to each other.
enum ChannelMessage: Equatable {
  // From the launcher.
  /// Its call. Descriptors: `HandOver` file, working directory, stdout, stderr (those of the two that `open` names).
  case call(umask: UInt32, open: Int32)
  case started(pid: Int32)
  case notStarted(errno: Int32)
  /// `step` is 0 where the command runs, else a `pt_spawn_step`. Descriptor: of a confined command, where the calls wait
  /// that its filter refuses.
  case released(step: Int32, errno: Int32)
  case ended(ExitStatus)
  case termination

  // From the tracer.
  /// Descriptors: `HandOver` file with the command and its environment, working directory, the arming program.
  /// `isConfined` as in `CommandLaunch`.
  case start(isConfined: Bool)
  case release
  case abandon
  case exit(code: Int32)

  init?(_ packet: pt_packet) {
    switch packet.kind {
    case 1: self = .call(umask: UInt32(bitPattern: packet.first), open: packet.second)
    case 2: self = .started(pid: packet.first)
    case 3: self = .notStarted(errno: packet.first)
    case 4: self = .released(step: packet.first, errno: packet.second)
    case 5: self = .ended(.exited(code: packet.first))
    case 6: self = .ended(.signaled(signal: packet.first, coreDumped: packet.second != 0))
    case 7: self = .termination
    case 8: self = .start(isConfined: packet.first != 0)
    case 9: self = .release
    case 10: self = .abandon
    case 11: self = .exit(code: packet.first)
    default: return nil
    }
  }

  var packet: pt_packet {
    switch self {
    case .call(let umask, let open): pt_packet(kind: 1, first: Int32(bitPattern: umask), second: open)
    case .started(let pid): pt_packet(kind: 2, first: pid, second: 0)
    case .notStarted(let errno): pt_packet(kind: 3, first: errno, second: 0)
    case .released(let step, let errno): pt_packet(kind: 4, first: step, second: errno)
    case .ended(.exited(let code)): pt_packet(kind: 5, first: code, second: 0)
    case .ended(.signaled(let signal, let dumped)): pt_packet(kind: 6, first: signal, second: dumped ? 1 : 0)
    case .termination: pt_packet(kind: 7, first: 0, second: 0)
    case .start(let isConfined): pt_packet(kind: 8, first: isConfined ? 1 : 0, second: 0)
    case .release: pt_packet(kind: 9, first: 0, second: 0)
    case .abandon: pt_packet(kind: 10, first: 0, second: 0)
    case .exit(let code): pt_packet(kind: 11, first: code, second: 0)
    }
  }
}

/// One end of the socket between them.
struct Channel: ~Copyable {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Where the other end is gone, the next `receive` tells.
  func send(_ message: ChannelMessage, _ descriptors: [Int32] = []) throws(KernelTracerError) {
    var packet = message.packet
    let result = pt_send_packet(descriptor, &packet, descriptors, Int32(descriptors.count))
    guard [0, -EPIPE, -ECONNRESET].contains(result) else {
      throw .system("cannot speak to the other process of this run", errno: -result)
    }
  }

  /// Waits for a message; nil where the other end is gone and all that it said was received.
  func receive() throws(KernelTracerError) -> (message: ChannelMessage, descriptors: [Int32])? {
    var packet = pt_packet()
    var descriptors = [Int32](repeating: -1, count: Int(PT_PACKET_DESCRIPTORS))
    var count: Int32 = 0
    let result = pt_receive_packet(descriptor, &packet, &descriptors, &count)
    if result == 0 { return nil }
    guard result == 1, let message = ChannelMessage(packet) else {
      throw .system("cannot understand the other process of this run", errno: result < 0 ? -result : EBADMSG)
    }
    return (message, Array(descriptors.prefix(Int(count))))
  }
}
