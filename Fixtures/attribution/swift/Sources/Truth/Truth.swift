import Dispatch
import Glibc

/// Writes down whose every event is: one JSON object a line, in the file that `TRUTH` names.
public enum Truth {
  private static let file = opened("")
  private static let numbers = Numbers()

  private static func opened(_ suffix: String) -> Int32 {
    let path = getenv("TRUTH").map { String(cString: $0) + suffix } ?? "/dev/null"
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
  }

  /// Counts across processes: where a byte lands that is appended to a file is a number that nobody else has.
  private final class Numbers: @unchecked Sendable {  // its lock guards all that it has
    private let lock = DispatchQueue(label: "numbers")
    private let file = Truth.opened(".numbers")
    func take() -> Int {
      lock.sync {
        precondition(write(file, "#", 1) == 1)
        return 10_000 + Int(lseek(file, 0, SEEK_CUR))
      }
    }
  }

  /// A number for one event of an owner.
  /// - Parameter isStructured: whether the tracer promises to know it.
  static func note(_ owner: String, isStructured: Bool) -> Int {
    let number = numbers.take()
    let owner = owner.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    let line = "{\"number\":\(number),\"owner\":\"\(owner)\",\"structured\":\(isStructured)}\n"
    precondition(write(file, line, line.utf8.count) == line.utf8.count)
    return number
  }

  /// Connects to a port of its own on loopback, where nobody listens.
  public static func visit(_ owner: String, structured: Bool = true) {
    let visitor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(visitor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(note(owner, isStructured: structured)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(visitor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Runs a program with an argument of its own.
  public static func spawn(_ owner: String, structured: Bool = true) {
    var process = pid_t()
    let argument = "event-\(note(owner, isStructured: structured))"
    argument.withCString { argument in
      "true".withCString { name in
        var arguments: [UnsafeMutablePointer<CChar>?] = [
          UnsafeMutablePointer(mutating: name), UnsafeMutablePointer(mutating: argument), nil,
        ]
        precondition(posix_spawn(&process, "/bin/true", nil, nil, &arguments, environ) == 0)
      }
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }

  /// What a shell does for an owner.
  public static func script(_ owner: String) -> String { "/bin/true event-\(note(owner, isStructured: true))" }

  /// A process whose child connects only when the pipe that is returned is closed, which is after the test.
  public static func startLate(_ owner: String) -> Int32 {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    // Foundation waits for a process until nobody else has its socket, which any child inherits.
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    let script = "read line; \(self.script(owner))"
    var process = pid_t()
    script.withCString { script in
      "sh".withCString { name in
        "-c".withCString { option in
          var arguments: [UnsafeMutablePointer<CChar>?] = [
            UnsafeMutablePointer(mutating: name), UnsafeMutablePointer(mutating: option),
            UnsafeMutablePointer(mutating: script), nil,
          ]
          precondition(posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, environ) == 0)
        }
      }
    }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[0])
    return ends[1]
  }
}
