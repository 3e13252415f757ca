import Glibc

/// Why the kernel side could not be used: what failed, on what, the errno, and what the user can do.
public struct KernelTracerError: Error, Sendable {
  public enum Kind: Hashable, Sendable {
    /// The process may not load or attach programs.
    case privilege
    /// The kernel lacks something that is required.
    case unsupportedKernel
    /// A required hook is not there.
    case missingHook
    /// The self-test did not see its own attempts.
    case canary
    /// The command could not be started for a reason of ours.
    case spawn
    /// Anything else the system refused.
    case system
  }

  public var kind: Kind
  /// One line: what failed and why.
  public var message: String
  /// One line: what to do; empty where nothing can be advised.
  public var advice: String
  /// The errno behind it, 0 where there is none.
  var code: Int32 = 0

  public init(_ kind: Kind, _ message: String, advice: String = "") {
    self.kind = kind
    self.message = message
    self.advice = advice
  }

  /// An error from an errno value.
  static func system(_ what: String, errno code: Int32, advice: String = "") -> KernelTracerError {
    let isPrivilege = code == EPERM || code == EACCES
    var error = KernelTracerError(
      isPrivilege ? .privilege : .system, "\(what): \(systemMessage(code))",
      advice: advice.isEmpty && isPrivilege ? Self.privilegeAdvice : advice)
    error.code = code
    return error
  }

  /// Why a right is missing here, and what to do.
  static var privilegeAdvice: String {
    switch Confinement.current.obstacle {
    case .none: "run as root (sudo process-tracer …), or give the process CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"
    case .some(let obstacle): "\(obstacle.reason): \(obstacle.advice)"
    }
  }
}

extension KernelTracerError: CustomStringConvertible {
  public var description: String { advice.isEmpty ? message : "\(message); \(advice)" }
}

/// The text of an errno value, as strerror(3) gives it.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}
