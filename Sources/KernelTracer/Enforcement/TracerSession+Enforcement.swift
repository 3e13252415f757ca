import CKernelABI
import CLibbpf
import Glibc
public import Trace

extension TracerSession {
  /// Refuses from here on what the table does not allow: attempts of the session fail with EPERM.
  ///
  /// Proves first that it refuses: with loopback denied, a child's attempts over TCP and UDP, IPv4 and IPv6, connected
  /// and not, must all fail so and be counted as refused. Leaves nothing in the records. The command dies with this
  /// process, or with `launcher`, from here on.
  ///
  /// Returns notes about what could not be tried. Throws `KernelTracerError`: of kind `canary` where something was not refused.
  public mutating func enforce(_ table: EnforcementTable, launcher: Int32?) throws(KernelTracerError) -> [String] {
    let hierarchy = try CgroupHierarchy.find()
    let root = open(hierarchy.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw .system("cannot open the cgroup v2 root \(hierarchy.root)", errno: errno) }
    defer { close(root) }
    guard table.hosts.isEmpty || hooks.contains(where: { $0.name == Self.learningHook && $0.isAttached }) else {
      throw KernelTracerError(
        .missingHook, "rules about hosts cannot be enforced: without the hook \(Self.learningHook) no name is learnt",
        advice: "write addresses or ranges, or use mode: gate")
    }
    var enforcement = try Enforcement(
      over: object, refusesUnixNames: !table.deniedUnixNames.isEmpty, hostPorts: HostRuleTable(table).ports.count)
    try enforcement.attach(root: root)
    try enforcement.set(Self.denyingLoopback)
    self.enforcement = consume enforcement
    let notes = try proveRefusal()
    try setEnforcement(table)
    sessionGuard = try SessionGuard(
      members: object.mapDescriptor("members"), cgroup: cgroupPath, launcher: launcher)
    return notes
  }

  private static let learningHook = "cgroup_skb/ingress"

  private func setEnforcement(_ table: EnforcementTable) throws(KernelTracerError) {
    switch enforcement {
    case .some(let enforcement): try enforcement.set(table)
    case .none: break
    }
  }

  /// The prefixes of loopback that every compiled table has, with nothing allowed.
  private static var denyingLoopback: EnforcementTable {
    var table = EnforcementTable()
    let addresses = [(IPAddress(ipv4: 0x7F00_0000), 104), (IPAddress(high: 0, low: 0), 127)]
    table.destinations = addresses.map { address, length in
      EnforcementTable.Destination(
        address: address, prefixLength: length, allowed: PortsByTransport(), denied: .all)
    }
    return table
  }

  /// Returns notes about what could not be tried.
  private mutating func proveRefusal() throws(KernelTracerError) -> [String] {
    let (code, flows) = try runCanaryChild()
    let families = [
      ("IPv4", true, PT_CANARY_IPV4, PT_CANARY_REFUSED_IPV4, PT_CANARY_UNROUTED_IPV4),
      ("IPv6", false, PT_CANARY_IPV6, PT_CANARY_REFUSED_IPV6, PT_CANARY_UNROUTED_IPV6),
    ]
    var notes: [String] = []
    for (name, isIPv4, present, refused, unrouted) in families where code & Int32(present.rawValue) != 0 {
      guard code & Int32(refused.rawValue) != 0 else { throw Self.notRefused("its attempts over \(name)") }
      let isRouted = code & Int32(unrouted.rawValue) == 0
      let ofFamily = flows.filter { $0.destination.address.isIPv4 == isIPv4 }
      guard ofFamily.contains(where: { $0.protocol == .tcp && $0.refused == 1 }),
        ofFamily.contains(where: { $0.protocol == .udp && $0.refused == (isRouted ? 2 : 1) && $0.sent == 0 })
      else { throw Self.notRefused("the count of its attempts over \(name)") }
      if !isRouted {
        notes.append("loopback is down for \(name): that packets are refused, too, could not be tried")
      }
    }
    return notes
  }

  private static func notRefused(_ what: String) -> KernelTracerError {
    KernelTracerError(
      .canary, "the self-test of enforcement failed: \(what) should have been refused, so nothing would be",
      advice: "use mode: gate, and report this with the output of process-tracer doctor")
  }

  /// What enforcement needs watched while the command runs.
  var enforcementDescriptors: [Int32] {
    var descriptors: [Int32] = []
    switch enforcement {
    case .some(let enforcement): descriptors.append(enforcement.addresses.descriptor)
    case .none: break
    }
    switch sessionGuard {
    case .some(let sessionGuard): descriptors.append(sessionGuard.descriptor)
    case .none: break
    }
    switch refusedCalls {
    case .some(let calls): descriptors.append(calls.descriptor)
    case .none: break
    }
    return descriptors
  }

  /// Counts and answers the calls that the command's filter refuses. Where that fails nobody waits in vain: without a
  /// listener they fail by themselves, and what is not counted is said.
  private mutating func serveRefusedCalls(_ ready: [Int32], _ poller: borrowing Poller) {
    guard var calls = refusedCalls.take() else { return }
    guard ready.contains(calls.descriptor) else {
      refusedCalls = consume calls
      return
    }
    do {
      if try !calls.serve() { poller.remove(calls.descriptor) }
      refusedCalls = consume calls
    } catch {
      failures += [error.message] + calls.failures
      poller.remove(calls.descriptor)
      lateRefusals = calls.entries
    }
  }

  /// What the command's filter has refused, to be told at the end.
  mutating func takeRefusedCalls() -> [FlowEntry] {
    guard let calls = refusedCalls.take() else { return lateRefusals }
    failures += calls.failures
    return calls.entries
  }

  /// Follows changes of addresses; without its guard the session must not go on.
  mutating func tendEnforcement(_ ready: [Int32], _ poller: borrowing Poller) {
    serveRefusedCalls(ready, poller)
    var failure: String?
    switch enforcement {
    case .some(let enforcement) where ready.contains(enforcement.addresses.descriptor):
      do {
        try enforcement.updateAddresses()
      } catch {
        failure = error.message
      }
    default: break
    }
    if let failure { failures.append(failure) }
    switch sessionGuard {
    case .some(let sessionGuard) where ready.contains(sessionGuard.descriptor):
      poller.remove(sessionGuard.descriptor)
      failures.append("the process that guards the session was killed, and the session with it")
      killMembers()
    default: break
    }
  }
}
