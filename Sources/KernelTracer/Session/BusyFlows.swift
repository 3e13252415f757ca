import CKernelABI

/// What sockets that send much to one destination have counted beside the flow table: `struct busy_flow`.
struct BusyFlows {
  private var totals: [FlowBytes: busy_flow] = [:]

  /// - Parameter map: the table of busy flows.
  /// - Parameter counters: those of the session, which tell whether there is anything to read.
  init(map: Int32, counters: session_counters) throws(KernelTracerError) {
    guard counters.busy_flows > 0 else { return }
    var totals: [FlowBytes: busy_flow] = [:]
    try KernelTables.entries(of: map, key: UInt32.self, value: busy_flow.self) { _, busy in
      guard busy.key.process.pid != 0 else { return }
      totals[FlowBytes(busy.key), default: busy_flow()].add(busy)
    }
    self.totals = totals
  }

  /// A flow's entry with what was counted beside it.
  mutating func take(_ key: flow_key, addingTo value: flow_value) -> flow_value {
    guard !totals.isEmpty, let busy = totals.removeValue(forKey: FlowBytes(key)) else { return value }
    var value = value
    value.last_time = max(value.last_time, busy.last_time)
    value.attempts += busy.attempts
    value.sent += busy.local + busy.left
    value.packets_sent += busy.local + busy.left
    value.local += busy.local
    value.bytes_sent += busy.bytes_sent
    value.packets_received += busy.packets_received
    value.bytes_received += busy.bytes_received
    return value
  }
}

extension busy_flow {
  fileprivate mutating func add(_ other: busy_flow) {
    last_time = max(last_time, other.last_time)
    attempts += other.attempts
    local += other.local
    left += other.left
    bytes_sent += other.bytes_sent
    packets_received += other.packets_received
    bytes_received += other.bytes_received
  }
}

/// A flow's key as the kernel compares it: byte by byte.
private struct FlowBytes: Hashable {
  private let bytes: [UInt8]

  init(_ key: flow_key) { bytes = withUnsafeBytes(of: key) { Array($0) } }
}
