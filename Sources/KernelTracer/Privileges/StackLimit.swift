import Glibc

/// The soft limit of the stack, which Linux lowers to 8 MiB where execution gives rights: by sudo, by the capabilities
/// of a file. fs/exec.c, begin_new_exec
public enum StackLimit {
  private static let lowered: UInt64 = 8 << 20

  /// Raises this process's limit to that of the process `pid`, which called, where it looks lowered.
  public static func restore(from pid: Int32) {
    var own = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &own) == 0, own.rlim_cur == lowered,
      let text = ProcFile.text(of: "/proc/\(pid)/limits"), let callers = softLimit(in: text), callers > lowered
    else { return }
    own.rlim_cur = min(rlim_t(callers), own.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &own)
  }

  /// From the text of /proc/PID/limits: `Max stack size  8388608  unlimited  bytes`. proc(5)
  static func softLimit(in text: String) -> UInt64? {
    let title = "Max stack size"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(title) }),
      let value = line.dropFirst(title.count).split(separator: " ").first
    else { return nil }
    return value == "unlimited" ? .max : UInt64(value)
  }
}
