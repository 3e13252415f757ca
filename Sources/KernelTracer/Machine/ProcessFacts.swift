import Glibc

/// What /proc tells of another process. proc(5)
struct ProcessFacts: Sendable {
  var pid: Int32
  var parent: Int32
  var name: String
  /// Clock ticks since boot: with the pid, an identity.
  var startTicks: UInt64
  var realUser: UInt32
  var effectiveUser: UInt32
  var groups: [UInt32]
  /// nil where the kernel does not tell.
  var fileModeMask: UInt32?

  /// nil where there is no such process.
  init?(_ pid: Int32) {
    guard let ticks = ProcFile.startTicks(of: pid) else { return nil }
    self.pid = pid
    startTicks = ticks
    var values: [Substring: Substring] = [:]
    for line in ProcFile.lines(of: "/proc/\(pid)/status") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }
    }
    func numbers(_ key: Substring) -> [UInt32] {
      (values[key] ?? "").split { $0 == "\t" || $0 == " " }.compactMap { UInt32($0) }
    }
    let users = numbers("Uid")
    guard users.count == 4, let parent = numbers("PPid").first else { return nil }
    self.parent = Int32(bitPattern: parent)
    name = String(values["Name"] ?? "")
    realUser = users[0]
    effectiveUser = users[1]
    groups = numbers("Groups")
    fileModeMask = values["Umask"].flatMap { UInt32($0, radix: 8) }
  }

  /// The strings of a file of this process that ends each with a NUL: `environ` or `cmdline`. nil where it cannot be
  /// read.
  func strings(of file: String) -> [[UInt8]]? {
    guard let bytes = ProcFile.bytes(of: "/proc/\(pid)/\(file)") else { return nil }
    var strings = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    if strings.last?.isEmpty == true { strings.removeLast() }
    return strings
  }
}
