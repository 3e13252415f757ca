import CKernelABI
import Glibc

/// A command that was started and waits to be let go.
struct SuspendedCommand: ~Copyable {
  private var child: pt_child

  /// Starts the command in `cgroup`, suspended before exec; nil cgroup: the caller's.
  init(_ launch: CommandLaunch, cgroup: Int32?, signalMask: sigset_t) throws(KernelTracerError) {
    var child = pt_child()
    var mask = signalMask
    let result = withCStrings(launch.bytes(of: launch.arguments)) { argv in
      withCStrings(launch.bytes(of: launch.environment)) { environment in
        withUnsafePointer(to: &mask) { mask in
          withOptionalCString(launch.directory) { directory in
            withOptionalIdentity(launch.identity) { identity in
              var request = pt_spawn_request(
                argv: argv, environment: environment, directory: directory, cgroup: cgroup ?? -1, signal_mask: mask,
                identity: identity, drops_capabilities: launch.dropsCapabilities ? 1 : 0,
                is_confined: launch.isConfined ? 1 : 0)
              return CKernelABI.pt_spawn(&request, &child)
            }
          }
        }
      }
    }
    guard result == 0 else { throw .system("cannot start a process", errno: -result) }
    self.child = child
  }

  var pid: Int32 { child.pid }

  /// Lets the command run; what failed if it could not be executed.
  consuming func release() -> LaunchResult {
    let failure = pt_spawn_release(&child)
    let command = RunningCommand(pid: child.pid, pidfd: child.pidfd)
    guard failure.step != 0 else { return .running(command, refusals: child.listener >= 0 ? child.listener : nil) }
    if child.listener >= 0 { close(child.listener) }
    _ = command.wait()
    return .failed(LaunchFailure(step: failure.step, errno: failure.error))
  }

  /// Ends it before it ran.
  consuming func abandon() {
    close(child.gate)
    close(child.result)
    _ = RunningCommand(pid: child.pid, pidfd: child.pidfd).wait()
  }
}

enum LaunchResult: ~Copyable {
  /// `refusals`: where the calls of a confined command wait that its filter refuses; the receiver's to close.
  case running(RunningCommand, refusals: Int32?)
  case failed(LaunchFailure)
}

/// What to start, exactly as the caller would have.
public struct CommandLaunch: Sendable {
  public var arguments: [String]
  /// `NAME=value` strings.
  public var environment: [String]
  /// What test processes get in place of some of the environment's values.
  public var lateEnvironment: LateEnvironment?
  /// nil: the caller's.
  public var directory: String?
  /// Whose the command is; nil: the tracer's user.
  public var identity: UserIdentity?
  /// Whether the tracer has rights that the command must not have.
  public var dropsCapabilities = false
  /// Whether it is kept from what enforcement cannot refuse, and dies with its parent.
  public var isConfined = false
  /// Arguments and variables that are no UTF-8, by their text: the command gets the bytes.
  public var originals: [String: [UInt8]] = [:]

  public init(arguments: [String], environment: [String], directory: String? = nil) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// A command as it was handed over.
  init(bytes call: HandOver) {
    var originals: [String: [UInt8]] = [:]
    func text(_ bytes: [UInt8]) -> String {
      let text = String(decoding: bytes, as: UTF8.self)
      if !text.utf8.elementsEqual(bytes) { originals[text] = bytes }
      return text
    }
    arguments = call.arguments.map(text)
    environment = call.environment.map(text)
    self.originals = originals
  }

  func bytes(of strings: [String]) -> [[UInt8]] {
    strings.map { originals[$0] ?? Array($0.utf8) }
  }
}

/// Calls `body` with a NULL-terminated array of C strings.
func withCStrings<Result>(
  _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { string in
    (string + [0]).withUnsafeBytes { strdup($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }
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

private func withOptionalIdentity<Result>(
  _ identity: UserIdentity?, _ body: (UnsafePointer<pt_identity>?) -> Result
) -> Result {
  switch identity {
  case .none: body(nil)
  case .some(let identity): identity.withC { body($0) }
  }
}
