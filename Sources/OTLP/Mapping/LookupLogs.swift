import Trace

extension RunLogs {
  /// `process_tracer.dns.lookup`: a name that a process asked a server for, with all that came back.
  func lookup(_ lookup: NameLookup) -> LogRecord {
    var record = record("process_tracer.dns.lookup", at: lookup.first, of: lookup.process)
    record.severity = .debug
    var attributes: [Attribute] = []
    mapping.addProcess(lookup.process, lookup.processIdentity, at: lookup.first, to: &attributes)
    attributes.add("dns.question.name", lookup.name)
    attributes.add("process_tracer.dns.question.type", lookup.type.description)
    let addresses = lookup.answers.flatMap(\.addresses).map(\.description)
    if !addresses.isEmpty { attributes.add("dns.answers", addresses) }
    Self.addPeer(
      Endpoint(address: lookup.resolver, port: 53), lookup.protocol ?? .udp, to: &attributes)
    attributes.add("process_tracer.dns.asked", lookup.asked)
    attributes.add("process_tracer.dns.answered", lookup.answered)
    if !lookup.doubts.isEmpty {
      attributes.add("process_tracer.dns.doubts", lookup.doubts.map(\.rawValue).sorted())
    }
    attributes.add("error.type", lookup.errorType)
    mapping.addTest(lookup.attribution, to: &attributes)
    record.attributes = attributes
    return record
  }
}

extension NameLookup {
  /// The response code by its name in IANA's DNS parameters.
  fileprivate var errorType: String? {
    switch responseCode {
    case nil, 0: nil
    case 1: "FormErr"
    case 2: "ServFail"
    case 3: "NXDomain"
    case 4: "NotImp"
    case 5: "Refused"
    case .some(let code): "RCODE\(code)"
    }
  }
}
