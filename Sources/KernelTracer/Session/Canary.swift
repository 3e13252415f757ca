import CKernelABI
import CLibbpf
import Glibc
import Trace

extension TracerSession {
  /// The port of the canary's attempts: discard (RFC 863).
  private static let canaryPort: UInt16 = 9

  /// Proves that attempts are seen before anything is judged by them: a child connects and sends once over
  /// IPv4 and IPv6 to loopback, and each must be in the flow table. Leaves nothing in the records.
  ///
  /// Returns notes about families that the kernel lacks. Throws `KernelTracerError` of kind `canary`.
  public mutating func runCanary() throws(KernelTracerError) -> [String] {
    let (code, flows) = try runCanaryChild()
    return try check(flows, result: code)
  }

  /// Runs the child that makes the attempts; its exit code, and the flows that were seen.
  mutating func runCanaryChild() throws(KernelTracerError) -> (result: Int32, flows: [FlowEntry]) {
    try arm(FORK_CANARY)
    var child = pt_child()
    let cgroup = cgroupDescriptor ?? -1
    let started = CapabilitySet.with(.dacOverride) { pt_canary(cgroup, Self.canaryPort, &child) }
    guard started == 0 else { throw .system("cannot start the self-test", errno: -started) }
    let status = RunningCommand(pid: child.pid, pidfd: child.pidfd).wait()
    guard case .exited(let code) = status else {
      throw KernelTracerError(.canary, "the self-test was killed by a signal")
    }

    var canary: ProcessIdentity?
    var hasExited = false
    try ring.drain { event in
      switch event {
      case .fork(let fork): canary = fork.child
      case .exit(let exit): hasExited = exit.process == canary && exit.status == status
      default: break
      }
    }
    guard canary != nil else { throw Self.unseen("its own start") }
    guard hasExited else { throw Self.unseen("its own exit code") }
    return (code, try takeFlows())
  }

  /// Reads the flow table and empties it.
  private func takeFlows() throws(KernelTracerError) -> [FlowEntry] {
    let map = object.mapDescriptor("flows")
    var flows: [FlowEntry] = []
    var keys: [flow_key] = []
    try KernelTables.entries(of: map, key: flow_key.self, value: flow_value.self) {
      keys.append($0)
      flows.append(FlowEntry($0, $1))
    }
    for var key in keys { bpf_map_delete_elem(map, &key) }
    return flows
  }

  private func check(_ flows: [FlowEntry], result: Int32) throws(KernelTracerError) -> [String] {
    let families = [
      ("IPv4", true, PT_CANARY_IPV4, PT_CANARY_SENT_IPV4), ("IPv6", false, PT_CANARY_IPV6, PT_CANARY_SENT_IPV6),
    ]
    var notes: [String] = []
    for (name, isIPv4, present, sent) in families {
      guard result & Int32(present.rawValue) != 0 else {
        notes.append("this kernel has no \(name): not tested, and nothing can use it")
        continue
      }
      let ofFamily = flows.filter { $0.destination.address.isIPv4 == isIPv4 }
      guard ofFamily.contains(where: { $0.protocol == .tcp && $0.attempts == 1 }) else {
        throw Self.unseen("its own TCP connection attempt over \(name)")
      }
      guard let datagram = ofFamily.first(where: { $0.protocol == .udp && $0.attempts == 1 }) else {
        throw Self.unseen("its own UDP datagram over \(name)")
      }
      if result & Int32(sent.rawValue) != 0, datagram.sent == 0 {
        throw Self.unseen("its own UDP packet over \(name) leaving")
      }
    }
    return notes
  }

  private static func unseen(_ what: String) -> KernelTracerError {
    KernelTracerError(
      .canary, "the self-test did not see \(what), so nothing could be judged",
      advice: "run process-tracer doctor, and report this with its output")
  }
}
