extension TraceBuilder {
  /// What raw and ping sockets were refused is known twice: with its destination where the packet was dropped, and
  /// without one from the send that failed for it. Leaves out the second.
  mutating func dropEchoesOfRefusals() {
    struct Sender: Hashable {
      var process: ProcessIdentity
      var `protocol`: TransportProtocol
      var networkNamespace: UInt32
      var test: TestMark

      init(_ entry: FlowEntry) {
        process = entry.process
        `protocol` = entry.protocol
        networkNamespace = entry.networkNamespace
        test = entry.test
      }
    }
    var refused: [Sender: UInt64] = [:]
    for entry in flowEntries where entry.refused > 0 { refused[Sender(entry), default: 0] += entry.refused }
    guard !refused.isEmpty else { return }
    flowEntries.removeAll { entry in
      entry.isSendOnly && entry.destination.address == .anyIPv6 && entry.sent == 0 && entry.failed == entry.attempts
        && entry.failed <= refused[Sender(entry), default: 0]
    }
  }
}
