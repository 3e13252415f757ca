import CKernelABI
import Glibc

/// Capabilities of a process, as bits. linux/capability.h
public struct CapabilitySet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  private init(bit: UInt64) {
    rawValue = 1 << bit
  }

  public static let dacOverride = CapabilitySet(bit: 1)
  public static let kill = CapabilitySet(bit: 5)
  public static let setGID = CapabilitySet(bit: 6)
  public static let setUID = CapabilitySet(bit: 7)
  public static let netAdmin = CapabilitySet(bit: 12)
  public static let sysAdmin = CapabilitySet(bit: 21)
  public static let perfmon = CapabilitySet(bit: 38)
  public static let bpf = CapabilitySet(bit: 39)

  /// What loading and attaching the kernel programs takes.
  public static let tracing: CapabilitySet = [.bpf, .perfmon, .netAdmin]

  private static let names: [(CapabilitySet, String)] = [
    (.bpf, "CAP_BPF"), (.perfmon, "CAP_PERFMON"), (.netAdmin, "CAP_NET_ADMIN"), (.dacOverride, "CAP_DAC_OVERRIDE"),
    (.setUID, "CAP_SETUID"), (.setGID, "CAP_SETGID"), (.kill, "CAP_KILL"), (.sysAdmin, "CAP_SYS_ADMIN"),
  ]

  /// The names of those that this tool knows.
  public var names: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}

extension CapabilitySet {
  /// In force in this process.
  public static var effective: CapabilitySet { CapabilitySet(rawValue: pt_get_capabilities().effective) }

  /// What this process may put in force.
  public static var permitted: CapabilitySet { CapabilitySet(rawValue: pt_get_capabilities().permitted) }

  /// What tracing takes and this process cannot have. CAP_SYS_ADMIN holds all of it.
  public static var missingForTracing: CapabilitySet {
    permitted.contains(.sysAdmin) ? [] : tracing.subtracting(permitted)
  }

  /// Puts in force what is permitted of `wanted`.
  public static func putInForce(_ wanted: CapabilitySet) {
    var current = pt_get_capabilities()
    current.effective |= wanted.rawValue & current.permitted
    // Raising what is permitted is never refused. capset(2)
    _ = pt_set_capabilities(&current)
  }

  /// Puts `wanted` in force during `body`, as far as it is permitted.
  static func with<Result: ~Copyable, Failure: Error>(
    _ wanted: CapabilitySet, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var before = pt_get_capabilities()
    putInForce(wanted)
    defer { _ = pt_set_capabilities(&before) }
    return try body()
  }
}
