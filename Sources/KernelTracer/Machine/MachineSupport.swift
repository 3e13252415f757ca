import Glibc
import Trace

/// What this machine allows: one line a subject, and what to do where something is missing.
public struct MachineSupport: Sendable {
  public enum Level: String, Sendable {
    case fine = "ok"
    /// Runs, with less.
    case degraded
    /// Nothing can be gated.
    case missing
  }

  public struct Finding: Sendable {
    public var subject: String
    public var level: Level
    /// What was found.
    public var detail: String
    /// What to do; empty where nothing is needed.
    public var advice: String

    public init(_ subject: String, _ level: Level, _ detail: String, advice: String = "") {
      self.subject = subject
      self.level = level
      self.detail = detail
      self.advice = advice
    }
  }

  public private(set) var findings: [Finding] = []

  /// Whether a run can be gated here.
  public var canGate: Bool { !findings.contains { $0.level == .missing } }

  /// Looks at the machine, loads and attaches everything once, runs the self-test, and leaves nothing behind.
  ///
  /// `refusal` is why the right to trace could not be had.
  public init(refusal: KernelTracerError? = nil) {
    findings.append(Self.privileges(refusal))
    findings.append(Self.typeInformation())
    findings.append(Self.hierarchy())
    findings += Self.session()
  }

  private static func typeInformation() -> Finding {
    let path = "/sys/kernel/btf/vmlinux"
    return access(path, R_OK) == 0
      ? Finding("BTF", .fine, path)
      : Finding(
        "BTF", .missing, "\(path) is not there",
        advice: "use a kernel built with CONFIG_DEBUG_INFO_BTF (every distribution's since 2021)")
  }

  private static func hierarchy() -> Finding {
    do {
      return Finding("cgroup v2", .fine, try CgroupHierarchy.find().root)
    } catch {
      return Finding("cgroup v2", .missing, error.message, advice: error.advice)
    }
  }

  /// include/uapi/linux/capability.h
  private static let neededCapabilities = [("CAP_NET_ADMIN", 12), ("CAP_PERFMON", 38), ("CAP_BPF", 39)]
  private static let sysAdmin = 21

  private static func privileges(_ refusal: KernelTracerError?) -> Finding {
    let line = ProcFile.lines(of: "/proc/self/status").first { $0.hasPrefix("CapEff:") } ?? ""
    let effective = UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16) ?? 0
    func has(_ bit: Int) -> Bool { effective >> UInt64(bit) & 1 == 1 }
    let missing = neededCapabilities.filter { !has($0.1) && !has(sysAdmin) }.map(\.0)
    return missing.isEmpty
      ? Finding("privileges", .fine, geteuid() == 0 ? "root" : "capabilities of the process")
      : Finding(
        "privileges", .missing, "without \(missing.joined(separator: ", "))",
        advice: refusal?.description ?? KernelTracerError.privilegeAdvice)
  }

  private static func session() -> [Finding] {
    do {
      var session = try TracerSession()
      var findings = session.hooks.map { hook in
        hook.isAttached
          ? Finding(hook.name, .fine, "attaches")
          : Finding(hook.name, hook.isRequired ? .missing : .degraded, "does not attach: \(hook.cost)")
      }
      findings.append(
        session.cgroupPath == nil
          ? Finding("session cgroup", .degraded, "cannot be made: packets are watched at the cgroup root")
          : Finding("session cgroup", .fine, "can be made"))
      findings.append(openSockets(session))
      findings.append(try selfTest(&session))
      _ = session.finish(status: .exited(code: 0)) { _ in }
      return findings
    } catch {
      return [Finding("kernel programs", .missing, error.message, advice: error.advice)]
    }
  }

  /// Loaded in a run only when connections are open at its end.
  private static func openSockets(_ session: borrowing TracerSession) -> Finding {
    do {
      try OpenSockets.read(session.object.mapDescriptor("sockets")) { _ in }
      return Finding("iter/bpf_sk_storage_map", .fine, "reads")
    } catch {
      return Finding(
        "iter/bpf_sk_storage_map", .degraded,
        "\(error.message): connections still open at the end have no bytes and no local address")
    }
  }

  private static func selfTest(_ session: inout TracerSession) throws(KernelTracerError) -> Finding {
    let notes = try session.runCanary()
    return Finding(
      "self-test", notes.isEmpty ? .fine : .degraded,
      notes.isEmpty ? "sees its own TCP and UDP attempts over IPv4 and IPv6" : notes.joined(separator: "; "))
  }
}
