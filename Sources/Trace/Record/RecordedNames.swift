import JSONWriting

extension JSONWriter {
  mutating func write(_ event: AnswerEvent) {
    begin("answer", event.time, event.process)
    member("thread", event.thread)
    member("socket", event.socket)
    member("resolver", event.resolver.description)
    member("protocol", event.protocol.description)
    member("network_namespace", event.networkNamespace)
    if !event.doubts.isEmpty {
      member("doubts", AnswerEvent.Doubt.allCases.filter { event.doubts.contains($0) }.map(\.rawValue))
    }
    if let message = event.message {
      member("id", message.id)
      member("name", message.name)
      member("record_type", message.type.description)
      member("response_code", message.responseCode)
      mark("truncated", message.isTruncated)
      mark("broken", message.isBroken)
      member("records", array: { for record in message.records { $0.write(record) } })
    }
    if let cut = event.cutBytes { member("cut_bytes", cut) }
    member(event.test)
  }

  private mutating func write(_ record: DNSMessage.Record) {
    object { json in
      switch record {
      case .address(let name, let address):
        json.member("name", name)
        json.member("address", address.description)
      case .alias(let name, let target):
        json.member("name", name)
        json.member("alias", target)
      case .service(let name, let type, let target, let hints):
        json.member("name", name)
        json.member("service", type.description)
        json.member("target", target)
        json.member("hints", hints.map(\.description))
      }
    }
  }

  mutating func write(_ event: ClaimEvent) {
    begin("claim", event.time, event.process)
    member("socket", event.socket)
    member("attempt", event.attempt.nanoseconds)
    member("peer", event.peer)
    member("source", event.source.rawValue)
    member("name", event.name)
  }

  mutating func write(_ entry: NameEntry) {
    member("type", "name")
    member(entry.process)
    member("name", entry.name)
    member("address", entry.address.description)
    member("first_time", entry.firstTime.nanoseconds)
    member("count", entry.count)
    member("resolver", entry.resolver.description)
    member("protocol", entry.protocol.description)
    member(entry.test)
  }

  mutating func write(_ entry: LookupEntry) {
    member("type", "lookup")
    member(entry.process)
    member("name", entry.name)
    member("record_type", entry.type.description)
    member("resolver", entry.resolver.description)
    member("network_namespace", entry.networkNamespace)
    member("first_time", entry.firstTime.nanoseconds)
    member("last_time", entry.lastTime.nanoseconds)
    member("asked", entry.asked)
    member("answered", entry.answered)
    member(entry.imageID)
    member("command", entry.command)
    member(entry.test)
  }
}

// MARK: Reading

extension AnswerEvent {
  init(_ fields: RecordFields) throws(RecordFault) {
    var doubts: Set<Doubt> = []
    if fields.hasValue("doubts") {
      for name in try fields.strings("doubts") {
        guard let doubt = Doubt(rawValue: name) else {
          throw .expected(Doubt.allCases.map(\.rawValue).joined(separator: ", "), for: "doubts")
        }
        doubts.insert(doubt)
      }
    }
    self.init(
      time: try fields.instant("time"), process: try fields.process(), thread: try fields.integer("thread"),
      socket: try fields.integer("socket"), resolver: try fields.address("resolver"),
      protocol: try fields.transport(), networkNamespace: try fields.integer("network_namespace"), doubts: doubts,
      message: fields.hasValue("name") ? try DNSMessage(fields) : nil)
    cutBytes = try fields.optionalInteger("cut_bytes")
    test = try fields.test()
  }
}

extension DNSMessage {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    var records: [Record] = []
    for object in try fields.objects("records") { records.append(try Record(object)) }
    self.init(
      id: try fields.integer("id"), responseCode: try fields.integer("response_code"),
      isTruncated: try fields.mark("truncated"), name: try fields.string("name"),
      type: try fields.recordType("record_type"), records: records, isBroken: try fields.mark("broken"))
  }
}

extension DNSMessage.Record {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    let name = try fields.string("name")
    if fields.hasValue("address") {
      self = .address(name: name, try fields.address("address"))
    } else if let target = try fields.optionalString("alias") {
      self = .alias(name: name, target)
    } else {
      var hints: [IPAddress] = []
      for text in try fields.strings("hints") {
        guard let hint = IPAddress(text) else { throw .expected("an array of addresses", for: "hints") }
        hints.append(hint)
      }
      self = .service(
        name: name, type: try fields.recordType("service"), target: try fields.string("target"), hints: hints)
    }
  }
}

extension ClaimEvent {
  init(_ fields: RecordFields) throws(RecordFault) {
    guard let source = AddressName.Source(rawValue: try fields.string("source")) else {
      throw .expected("sni or http-host", for: "source")
    }
    self.init(
      time: try fields.instant("time"), process: try fields.process(), socket: try fields.integer("socket"),
      attempt: try fields.instant("attempt"), peer: try fields.endpoint("peer"), source: source,
      name: try fields.string("name"))
  }
}

extension NameEntry {
  init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      name: try fields.string("name"), address: try fields.address("address"),
      firstTime: try fields.instant("first_time"), count: try fields.integer("count"), process: try fields.process(),
      resolver: try fields.address("resolver"), protocol: try fields.transport())
    test = try fields.test()
  }
}

extension LookupEntry {
  init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      process: try fields.process(), name: try fields.string("name"), type: try fields.recordType("record_type"),
      resolver: try fields.address("resolver"), networkNamespace: try fields.integer("network_namespace"),
      firstTime: try fields.instant("first_time"), lastTime: try fields.instant("last_time"),
      asked: try fields.integer("asked"), answered: try fields.integer("answered"), imageID: try fields.imageID(),
      command: try fields.string("command"))
    test = try fields.test()
  }
}
