import CLibbpf
import Glibc
import Synchronization

/// What libbpf says on this thread while it loads: kept for error messages, and shown where PROCESS_TRACER_LIBBPF_LOG
/// is set.
struct LibbpfLog {
  private let thread: pthread_t

  // libbpf has one print function for the whole process, and calls it on the thread that loads.
  private static let texts = Mutex<[pthread_t: String]>([:])

  static func start() -> LibbpfLog {
    let log = LibbpfLog(thread: pthread_self())
    texts.withLock { $0[log.thread] = "" }
    libbpf_set_print { level, format, arguments in
      guard level != LIBBPF_DEBUG, let format, let arguments else { return 0 }
      var line = [CChar](repeating: 0, count: 4096)
      let length = vsnprintf(&line, line.count, format, arguments)
      guard length > 0 else { return length }
      let kept = line.prefix(Swift.min(Int(length), line.count - 1)).map(UInt8.init(bitPattern:))
      LibbpfLog.texts.withLock { $0[pthread_self()]?.append(String(decoding: kept, as: UTF8.self)) }
      return length
    }
    return log
  }

  /// Everything since `start`; nothing is kept after it.
  func finish() -> String {
    let text = Self.texts.withLock { $0.removeValue(forKey: thread) } ?? ""
    if getenv("PROCESS_TRACER_LIBBPF_LOG") != nil, !text.isEmpty { write(STDERR_FILENO, text, text.utf8.count) }
    return text
  }
}
