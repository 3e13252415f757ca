/// How a process ended, from the status word of wait(2).
public enum ExitStatus: Hashable, Sendable {
  case exited(code: Int32)
  case signaled(signal: Int32, coreDumped: Bool)

  public init(waitStatus: UInt32) {
    let signal = Int32(waitStatus & 0x7F)
    self =
      signal == 0
      ? .exited(code: Int32(waitStatus >> 8 & 0xFF))
      : .signaled(signal: signal, coreDumped: waitStatus & 0x80 != 0)
  }

  public var waitStatus: UInt32 {
    switch self {
    case .exited(let code): UInt32(truncatingIfNeeded: code & 0xFF) << 8
    case .signaled(let signal, let coreDumped): UInt32(truncatingIfNeeded: signal & 0x7F) | (coreDumped ? 0x80 : 0)
    }
  }

  /// The code that a shell reports: the exit code, or 128 + the signal.
  public var shellCode: Int32 {
    switch self {
    case .exited(let code): code
    case .signaled(let signal, _): 128 + signal
    }
  }

  public var isSuccess: Bool { self == .exited(code: 0) }
}
