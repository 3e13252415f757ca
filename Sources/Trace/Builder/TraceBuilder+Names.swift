extension TraceBuilder {
  /// Makes the lookups from the kernel's table, and tells them what the answers said.
  mutating func addLookups() {
    var indices: [LookupKey: Int] = [:]
    lookupEntries.sort {
      ($0.firstTime, $0.process.pid, $0.type.rawValue) < ($1.firstTime, $1.process.pid, $1.type.rawValue)
    }
    for entry in lookupEntries {
      var lookup = NameLookup(
        name: entry.name, type: entry.type, resolver: entry.resolver, processIdentity: entry.process,
        first: entry.firstTime)
      lookup.networkNamespace = entry.networkNamespace
      lookup.process = processIndex(of: entry.process)
      lookup.executable = executable(of: entry.imageID)
      lookup.command = entry.command
      lookup.last = max(entry.lastTime, entry.firstTime)
      lookup.asked = entry.asked
      lookup.answered = entry.answered
      lookup.test = entry.test
      indices[LookupKey(lookup)] = trace.lookups.count
      trace.lookups.append(lookup)
    }
    for answer in answers {
      guard let message = answer.message else { continue }
      let key = LookupKey(answer, message)
      let index = indices[key] ?? trace.lookups.count
      if index == trace.lookups.count {
        var lookup = NameLookup(
          name: message.name, type: message.type, resolver: answer.resolver, processIdentity: answer.process,
          first: answer.time)
        lookup.networkNamespace = answer.networkNamespace
        lookup.process = processIndex(of: answer.process)
        lookup.test = answer.test
        indices[key] = index
        trace.lookups.append(lookup)
      }
      trace.lookups[index].add(answer, message)
    }
  }

  private func executable(of id: ImageID) -> String? {
    imageTable.image(of: id)?.path ?? imageEntries.first { $0.imageID == id }?.path
  }

  /// Gives connections and flows their names.
  mutating func nameAddresses() {
    let names = NameBook(trace: trace, entries: nameEntries, answers: answers, claims: claims)
    if names.isEmpty { return }
    for index in trace.flows.indices { trace.flows[index].names = names.names(of: trace.flows[index]) }
    for index in trace.connections.indices {
      trace.connections[index].names = names.names(of: trace.connections[index])
    }
  }
}

private struct LookupKey: Hashable {
  var process: ProcessIdentity
  var name: String
  var type: RecordType
  var resolver: IPAddress
  var networkNamespace: UInt32
  var test: TestMark

  init(_ lookup: NameLookup) {
    process = lookup.processIdentity
    name = lookup.name
    type = lookup.type
    resolver = lookup.resolver
    networkNamespace = lookup.networkNamespace
    test = lookup.test
  }

  init(_ answer: AnswerEvent, _ message: DNSMessage) {
    process = answer.process
    name = message.name
    type = message.type
    resolver = answer.resolver
    networkNamespace = answer.networkNamespace
    test = answer.test
  }
}

extension NameLookup {
  fileprivate mutating func add(_ answer: AnswerEvent, _ message: DNSMessage) {
    `protocol` = `protocol` ?? answer.protocol
    last = max(last, answer.time)
    responseCode = message.responseCode
    doubts.formUnion(answer.doubts)
    for record in message.records where !answers.contains(record) { answers.append(record) }
  }
}

/// Who is called what, and how that is known.
private struct NameBook {
  private struct Asked: Hashable {
    var process: ProcessIdentity
    var name: String
  }

  private struct Connected: Hashable {
    var process: ProcessIdentity
    var peer: Endpoint
    var test: TestMark
  }

  private var evidence: NameEvidence
  private var unproven: [IPAddress: [AddressName]] = [:]
  private var claimed: [AttemptKey: AddressName] = [:]
  private var claimedByFlow: [Connected: [AddressName]] = [:]
  private var asked: [Asked: BootInstant] = [:]

  var isEmpty: Bool { evidence.isEmpty && unproven.isEmpty && claimed.isEmpty }

  init(trace: Trace, entries: [NameEntry], answers: [AnswerEvent], claims: [ClaimEvent]) {
    evidence = NameEvidence(trace.header)
    for entry in entries.sorted(by: { ($0.firstTime, $0.name) < ($1.firstTime, $1.name) }) {
      evidence.add(entry.name, of: entry.address, since: entry.firstTime)
    }
    for answer in answers {
      guard let message = answer.message else { continue }
      asked[Asked(process: answer.process, name: message.name)] = answer.time
      guard !answer.doubts.isEmpty else { continue }
      let name = AddressName(name: message.name, source: .dnsUnproven, time: answer.time)
      for address in message.records.flatMap(\.addresses)
      where unproven[address]?.contains(where: { $0.name == name.name }) != true {
        unproven[address, default: []].append(name)
      }
    }
    let tests = Dictionary(
      trace.connections.map { (AttemptKey(socket: $0.socket, attempt: $0.attempt), $0.test) }
    ) { first, _ in first }
    for claim in claims {
      let name = AddressName(name: claim.name, source: claim.source, time: claim.time)
      let attempt = AttemptKey(socket: claim.socket, attempt: claim.attempt)
      claimed[attempt] = claimed[attempt] ?? name
      let key = Connected(process: claim.process, peer: claim.peer, test: tests[attempt] ?? .none)
      if claimedByFlow[key]?.contains(where: { $0.name == name.name && $0.source == name.source }) != true {
        claimedByFlow[key, default: []].append(name)
      }
    }
  }

  func names(of flow: Flow) -> [AddressName] {
    guard flow.hasKnownAddress else { return [] }
    let key = Connected(process: flow.processIdentity, peer: flow.destination, test: flow.test)
    return ordered(flow.destination.address, flow.networkNamespace, flow.processIdentity, flow.firstAttempt)
      + claimedByFlow[key, default: []]
  }

  func names(of connection: Connection) -> [AddressName] {
    guard connection.direction != .accept, connection.path == nil else { return [] }
    let claim = claimed[AttemptKey(socket: connection.socket, attempt: connection.attempt)]
    return ordered(
      connection.peer.address, connection.networkNamespace, connection.processIdentity, connection.attempt)
      + (claim.map { [$0] } ?? [])
  }

  /// Evidence first; in it what was known before comes before what was learnt later, and what this process asked for
  /// last before all.
  private func ordered(
    _ address: IPAddress, _ networkNamespace: UInt32, _ process: ProcessIdentity, _ attempt: BootInstant
  ) -> [AddressName] {
    let ranked = evidence.names(of: address, in: networkNamespace).enumerated().map { index, name in
      let own = asked[Asked(process: process, name: name.name)]
      return (isLate: name.time > attempt, own: own?.nanoseconds ?? 0, index: index, name: name)
    }
    let sorted = ranked.sorted {
      if $0.isLate != $1.isLate { return !$0.isLate }
      return ($1.own, $0.index) < ($0.own, $1.index)
    }
    return sorted.map(\.name) + unproven[address, default: []]
  }
}
