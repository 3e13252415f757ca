import Glibc

/// Variables that only the test processes of a command get: the command itself has others in their place, which are
/// the same in every run. A test process has the values before its first instruction, while it is stopped.
///
/// For commands that keep what they found out by their whole environment, such as SwiftPM its manifests.
public struct LateEnvironment: Sendable {
  public struct Variable: Sendable {
    public var name: String
    /// What the command has.
    public var placeholder: String
    /// What the test processes have; as long as the placeholder.
    public var value: String

    public init(_ name: String, placeholder: String, value: String) {
      precondition(placeholder.utf8.count == value.utf8.count, "a value is written over what is there")
      self.name = name
      self.placeholder = placeholder
      self.value = value
    }
  }

  public var variables: [Variable]

  public init(_ variables: [Variable]) {
    self.variables = variables
  }

  /// Writes the values into a stopped process; 0, or the kernel's error number.
  func fill(_ pid: Int32) -> Int32 {
    // env_start and env_end of proc(5), 0 for who may not look. They are behind the name, which may hold spaces.
    guard let status = ProcFile.text(of: "/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else { return ESRCH }
    let fields = status[end...].split(separator: " ")
    guard fields.count > 49, let start = Int(fields[48]), let stop = Int(fields[49]), start < stop else { return EPERM }
    let memory = open("/proc/\(pid)/mem", O_RDWR | O_CLOEXEC)
    guard memory >= 0 else { return errno }
    defer { close(memory) }
    var bytes = [UInt8](repeating: 0, count: stop - start)
    guard pread(memory, &bytes, bytes.count, start) == bytes.count else { return errno }
    for variable in variables {
      let entry = Array("\(variable.name)=\(variable.placeholder)".utf8)
      // A command may have set it to something else since: that is what its tests are to have.
      guard let place = Self.place(of: entry, in: bytes) else { continue }
      let value = Array(variable.value.utf8)
      let offset = start + place + entry.count - value.count
      guard pwrite(memory, value, value.count, offset) == value.count else { return errno }
    }
    return 0
  }

  /// Where an entry is among NUL-terminated ones.
  private static func place(of entry: [UInt8], in entries: [UInt8]) -> Int? {
    var place = 0
    for candidate in entries.split(separator: 0, omittingEmptySubsequences: false) {
      if candidate.elementsEqual(entry) { return place }
      place += candidate.count + 1
    }
    return nil
  }
}

extension Instrumentation {
  /// Whether the kernel lets this process write into what it runs. Yama (Documentation/admin-guide/LSM/Yama.rst) may
  /// allow that for descendants alone; of those, one is tried.
  func mayWriteMemory(ofChildren: Bool) throws(KernelTracerError) -> Bool {
    let scope = ProcFile.text(of: "/proc/sys/kernel/yama/ptrace_scope").flatMap { Int($0.prefix { $0 != "\n" }) } ?? 0
    // An elevated process and its guard are closed to everybody, and tell nothing about the command.
    guard ofChildren else { return scope == 0 }
    guard scope <= 1 else { return false }
    let memory = open("/proc/\(try guardian())/mem", O_RDWR | O_CLOEXEC)
    guard memory >= 0 else { return false }
    close(memory)
    return true
  }
}
