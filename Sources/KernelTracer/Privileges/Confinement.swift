import CKernelABI
import Glibc

/// What keeps this process from tracing, and the one line that would change it.
struct Confinement: Sendable {
  var permitted: CapabilitySet
  /// What no process here can have, whatever gives it rights.
  var bounding: CapabilitySet
  /// Whether user ids are mapped: a rootless container, where no capability reaches the kernel programs.
  var isUserNamespace: Bool
  /// Whether bpf(2) is refused before the kernel looks at what is asked.
  var refusesBPF: Bool
  var container: ContainerKind?

  static var current: Confinement {
    let status = ProcFile.lines(of: "/proc/self/status").first { $0.hasPrefix("CapBnd:") } ?? ""
    let map = ProcFile.lines(of: "/proc/self/uid_map").map { $0.split(separator: " ") }
    return Confinement(
      permitted: .permitted,
      bounding: CapabilitySet(rawValue: UInt64(status.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? .max),
      isUserNamespace: !map.isEmpty && map != [["0", "0", "4294967295"]],
      refusesBPF: pt_bpf_is_refused() != 0, container: .find())
  }

  /// What is in the way, and what to do; nil where it is nothing that shows from here.
  var obstacle: (reason: String, advice: String)? {
    let container = self.container ?? .docker
    if isUserNamespace {
      return (
        "this is a user namespace, as of a rootless container, and the kernel lets none of them trace",
        "run it in a rootful container, or on the host"
      )
    }
    let kept = bounding.contains(.sysAdmin) ? [] : CapabilitySet.tracing.subtracting(bounding)
    if !kept.isEmpty {
      return ("nothing here can have \(kept.names.joined(separator: ", "))", container.line(adding: .tracing))
    }
    if refusesBPF { return ("a seccomp filter refuses bpf(2)", container.lineWithoutFilter) }
    let missing = permitted.contains(.sysAdmin) ? [] : CapabilitySet.tracing.subtracting(permitted)
    if !missing.isEmpty {
      return (
        "this process has no \(missing.names.joined(separator: ", "))",
        "run sudo process-tracer …, or let scripts/install give the program its capabilities"
      )
    }
    return nil
  }

  /// Throws where bpf(2) does not reach the kernel.
  func check() throws(KernelTracerError) {
    guard refusesBPF, let (reason, advice) = obstacle else { return }
    throw KernelTracerError(.privilege, "the kernel programs cannot be loaded: \(reason)", advice: advice)
  }
}
