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
  /// `origin` says how this process came by its rights, `refusal` why the right to trace could not be had, `caller`
  /// is the process whose cgroup counts.
  public init(origin: String, refusal: KernelTracerError? = nil, caller: Int32 = getpid()) {
    findings.append(Self.kernel())
    findings += Self.privileges(origin, refusal)
    findings.append(Self.typeInformation())
    findings.append(Self.hierarchy())
    findings += Self.session(caller)
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

  private static func kernel() -> Finding {
    var name = utsname()
    uname(&name)
    let release = withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.lexicographicallyPrecedes([6, 1])
      ? Finding("kernel", .degraded, "Linux \(release): older than 6.1 is not tested")
      : Finding("kernel", .fine, "Linux \(release)")
  }

  private static func privileges(_ origin: String, _ refusal: KernelTracerError?) -> [Finding] {
    var findings: [Finding] = []
    let confinement = Confinement.current
    if let container = confinement.container {
      findings.append(Finding("container", .fine, container.rawValue))
    }
    guard let (reason, advice) = confinement.obstacle else {
      return findings + [Finding("privileges", .fine, origin)]
    }
    // sudo's own reason says more than that this user has no rights.
    let isUsers = confinement.bounding.isSuperset(of: .tracing) && !confinement.refusesBPF
    if isUsers, let refusal {
      return findings + [Finding("privileges", .missing, refusal.message, advice: refusal.advice)]
    }
    return findings + [Finding("privileges", .missing, reason, advice: advice)]
  }

  private static func session(_ caller: Int32) -> [Finding] {
    do {
      var session = try TracerSession(caller: caller)
      var findings = session.hooks.map { hook in
        hook.isAttached
          ? Finding(hook.name, .fine, "attaches")
          : Finding(hook.name, hook.isRequired ? .missing : .degraded, "does not attach: \(hook.cost)")
      }
      findings.append(
        session.cgroupPath == nil
          ? Finding(
            "session cgroup", .degraded, "cannot be made: packets are watched at the cgroup root",
            advice: "in a container: mount cgroup v2 writable; with file capabilities: sudo, or a delegated cgroup "
              + "(systemd-run --user --scope -p Delegate=yes)")
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
      try OpenSockets.read(of: session.object) { _ in }
      return Finding("iter/task_file", .fine, "reads")
    } catch {
      return Finding(
        "iter/task_file", .degraded,
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
