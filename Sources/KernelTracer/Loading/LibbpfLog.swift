import CLibbpf
import Glibc

/// What libbpf says while it loads: kept for error messages, and shown where PROCESS_TRACER_LIBBPF_LOG is set.
struct LibbpfLog {
  // libbpf has one print function for the whole process and calls it on the thread that loads; the tracer loads
  // on one thread, before it starts anything.
  nonisolated(unsafe) private static var text = ""

  static func start() -> LibbpfLog {
    text = ""
    libbpf_set_print { level, format, arguments in
      guard level != LIBBPF_DEBUG, let format, let arguments else { return 0 }
      var line = [CChar](repeating: 0, count: 4096)
      let length = vsnprintf(&line, line.count, format, arguments)
      guard length > 0 else { return length }
      let kept = line.prefix(Swift.min(Int(length), line.count - 1))
      LibbpfLog.text += String(decoding: kept.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return length
    }
    return LibbpfLog()
  }

  /// Everything since `start`; nothing is kept after it.
  func finish() -> String {
    libbpf_set_print(nil)
    let text = Self.text
    Self.text = ""
    if getenv("PROCESS_TRACER_LIBBPF_LOG") != nil, !text.isEmpty { write(STDERR_FILENO, text, text.utf8.count) }
    return text
  }
}
