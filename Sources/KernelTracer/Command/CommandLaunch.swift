import CKernelABI
import Glibc

/// A command that was started and waits to be let go.
struct SuspendedCommand: ~Copyable {
  private var child: pt_child

  /// Starts the command in `cgroup`, suspended before exec; nil cgroup: the caller's.
  init(_ launch: CommandLaunch, cgroup: Int32?) throws(KernelTracerError) {
    var child = pt_child()
    var mask = launch.signalMask
    let result = withCStrings(launch.arguments) { argv in
      withCStrings(launch.environment) { environment in
        withUnsafePointer(to: &mask) { mask in
          withOptionalCString(launch.directory) { directory in
            var request = pt_spawn_request(
              argv: argv, environment: environment, directory: directory, cgroup: cgroup ?? -1, signal_mask: mask)
            return CKernelABI.pt_spawn(&request, &child)
          }
        }
      }
    }
    guard result == 0 else { throw .system("cannot start a process", errno: -result) }
    self.child = child
  }

  /// Lets the command run; what failed if it could not be executed.
  consuming func release() -> LaunchResult {
    let failure = pt_spawn_release(&child)
    let command = RunningCommand(pid: child.pid, pidfd: child.pidfd)
    guard failure.step != 0 else { return .running(command) }
    _ = command.wait()
    return .failed(isDirectory: failure.step == Int32(PT_SPAWN_DIRECTORY.rawValue), errno: failure.error)
  }

  /// Ends it before it ran.
  consuming func abandon() {
    close(child.gate)
    close(child.result)
    _ = RunningCommand(pid: child.pid, pidfd: child.pidfd).wait()
  }
}

enum LaunchResult: ~Copyable {
  case running(RunningCommand)
  case failed(isDirectory: Bool, errno: Int32)
}

/// What to start, exactly as the caller would have.
public struct CommandLaunch: Sendable {
  public var arguments: [String]
  /// `NAME=value` strings.
  public var environment: [String]
  /// nil: the caller's.
  public var directory: String?
  /// The signal mask that the command gets.
  public var signalMask: sigset_t

  public init(arguments: [String], environment: [String], directory: String? = nil, signalMask: sigset_t) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.signalMask = signalMask
  }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers)
}

/// Calls `body` with a C string, or with NULL for nil.
func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  switch text {
  case .none: body(nil)
  case .some(let text): text.withCString { body($0) }
  }
}
