import Trace

/// What a policy asks of the evidence, beyond destinations.
struct EvidenceNeeds {
  /// Rules look at programs.
  var programs = false
  /// What the records of processes' starts are needed for, each a noun phrase; empty where tables alone decide.
  var processRecords: [String] = []
  /// Rules ask whose test it was.
  var tests = false
  /// Rules look at unix sockets.
  var unixSockets = false
  /// Rules go by names of addresses, or by lookups.
  var names = false
  /// Lost detail counts as well.
  var isStrict = false
}

/// Finds out why evidence that a policy needs may be missing.
enum MissingEvidence {
  /// Kernel programs and what is missing where a run of theirs was skipped; those absent here count as evidence.
  private static let programs: [String: (cost: String, isDetail: Bool)] = [
    "on_fork": ("processes, and all that they did, may be missing", false),
    "on_exec": ("programs that ran may be missing", false),
    "on_exit": ("ends of processes may be missing", false),
    "on_connect4": ("IPv4 destinations may be missing", false),
    "on_connect6": ("IPv6 destinations may be missing", false),
    "on_sendmsg4": ("IPv4 destinations of datagrams may be missing", false),
    "on_sendmsg6": ("IPv6 destinations of datagrams may be missing", false),
    "on_packet_out": ("destinations of datagrams may be missing", false),
    "on_packet_in": ("names of addresses, and counts of what came back, may be missing", true),
    "on_send": ("sends on packet and vsock sockets, and on sockets that others connected, may be missing", false),
    "on_connect_unix": ("unix sockets may be missing", false),
    "on_sendmsg_unix": ("unix sockets may be missing", false),
    "on_socket_create": ("sockets, and whose they are, may be missing", false),
    "on_tcp_state": ("results and byte counts of connections may be missing", true),
    "on_tcp": ("results, accepted connections and byte counts of TCP may be missing", false),
    "dump_open_sockets": ("connections still open at the end may be missing from the details", true),
    "on_socket_release": ("results of connections without a route may be missing", true),
    "on_marker": ("what tests said about themselves may be missing", true),
    "on_marker_question": ("what tests asked about themselves may be unanswered", true),
    "on_bind4": ("listeners may be counted to another process", true),
    "on_bind6": ("listeners may be counted to another process", true),
  ]

  /// One sentence each.
  static func reasons(in trace: Trace, needs: EvidenceNeeds) -> [String] {
    var reasons: [String] = []
    for hook in trace.header.hooks
    where !hook.isAttached
      && (hook.isRequired || needs.isStrict || (needs.unixSockets && hook.name.hasSuffix("_unix"))
        || (needs.names && hook.name == "cgroup_skb/ingress"))
    {
      let kind = hook.isRequired ? "required hook" : "hook"
      reasons.append("the \(kind) \(hook.name) was not attached: \(hook.cost)")
    }
    guard let end = trace.end else {
      return reasons + ["the record stops before the end of the run: what came after it is not known"]
    }
    return reasons + end.failures + tables(end.loss, needs) + skippedPrograms(end.loss, needs) + ring(end.loss, needs)
  }

  private static func tables(_ loss: EvidenceLoss, _ needs: EvidenceNeeds) -> [String] {
    let refused: [(count: UInt64, what: String, matters: Bool)] = [
      (loss.membersRefused, "processes could not be followed: the table of processes was full", true),
      (loss.flowsRefused, "destinations were not kept: their table was full", true),
      (loss.socketsRefused, "sockets could not be followed: the kernel had no memory for them", true),
      (loss.packetsUnparsed, "datagrams had headers that could not be read: their destinations are not known", true),
      (loss.namesRefused, "names or lookups were not kept: their table was full", needs.names || needs.isStrict),
      (
        loss.questionsRefused, "DNS questions could not be kept open: their answers taught no names",
        needs.names || needs.isStrict
      ),
      (
        loss.resolversRefused, "DNS servers of the run could not be kept: no answer taught a name after that",
        needs.names || needs.isStrict
      ),
      (
        loss.messagesUnparsed, "DNS messages could not be read to their end: names in them are not known",
        needs.names || needs.isStrict
      ),
      (loss.imagesRefused, "programs were not kept: their table was full", needs.programs || needs.isStrict),
      (
        loss.threadsRefused, "threads could not be told their test: the table of threads was full",
        needs.tests || needs.isStrict
      ),
    ]
    return refused.filter { $0.count > 0 && $0.matters }.map { "\($0.count) \($0.what)" }
  }

  private static func skippedPrograms(_ loss: EvidenceLoss, _ needs: EvidenceNeeds) -> [String] {
    loss.recursionMisses.sorted { $0.key < $1.key }.compactMap { name, count in
      guard count > 0 else { return nil }
      let known = programs[name] ?? ("what it watches may be missing", false)
      guard !known.isDetail || needs.isStrict else { return nil }
      return "the kernel skipped \(count) runs of \(name): \(known.cost)"
    }
  }

  private static func ring(_ loss: EvidenceLoss, _ needs: EvidenceNeeds) -> [String] {
    let lost = loss.ringFailures.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let starts = lost.filter { $0.key == "fork" || $0.key == "exec" }.map(\.value).reduce(0, +)
    var reasons = starts > 0 ? needs.processRecords.map { "\(starts) fork and exec records were lost: \($0)" } : []
    let markers = loss.ringFailures["marker", default: 0]
    if needs.tests, markers > 0 {
      reasons.append("\(markers) marker records were lost: rules under tests: need the names of tests")
    }
    if needs.isStrict {
      reasons += lost.map { "\($0.value) \($0.key) records were lost from the ring buffer (--strict)" }
    }
    return reasons
  }
}
