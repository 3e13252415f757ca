extension KernelEvent {
  /// nil for a type that this version of the format does not have.
  init?(type: String, _ fields: RecordFields) throws(RecordFault) {
    switch type {
    case "fork": self = .fork(try ForkEvent(fields))
    case "exec": self = .exec(try ExecEvent(fields))
    case "exit": self = .exit(try ExitEvent(fields))
    case "connect": self = .connect(try ConnectEvent(fields))
    case "accept": self = .accept(try AcceptEvent(fields))
    case "close": self = .close(try CloseEvent(fields))
    case "datagram": self = .datagram(try DatagramEvent(fields))
    case "marker": self = .marker(try MarkerEvent(fields))
    case "listen": self = .listen(try ListenEvent(fields))
    case "outside_listener": self = .outsideListener(try OutsideListener(fields))
    case "command_ended": self = .commandEnded(try fields.instant("time"))
    case "flow": self = .flow(try FlowEntry(fields))
    case "image": self = .image(try ImageEntry(fields))
    case "answer": self = .answer(try AnswerEvent(fields))
    case "claim": self = .claim(try ClaimEvent(fields))
    case "name": self = .name(try NameEntry(fields))
    case "lookup": self = .lookup(try LookupEntry(fields))
    default: return nil
    }
  }
}

extension ForkEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), child: try fields.process(), parent: try fields.parent(),
      namespacePID: try fields.integer("namespace_pid"), tracerPID: try fields.integer("tracer_pid"),
      pidNamespace: try fields.integer("pid_namespace"), uid: try fields.integer("uid"),
      gid: try fields.integer("gid"), isRoot: try fields.mark("root"))
    test = try fields.test()
  }
}

extension ExecEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    let image = ProcessImage(
      path: try fields.string("path"), arguments: try fields.strings("arguments"),
      cutArgumentBytes: try fields.optionalInteger("cut_argument_bytes"),
      workingDirectory: try fields.string("working_directory"),
      environment: fields.hasValue("environment") ? try fields.stringsByName("environment") : [:],
      uid: try fields.integer("uid"), gid: try fields.integer("gid"), flags: try fields.imageFlags())
    self.init(
      time: try fields.instant("time"), process: try fields.process(),
      namespacePID: try fields.integer("namespace_pid"), thread: try fields.integer("thread"),
      imageID: try fields.imageID(), image: image)
    test = try fields.test()
  }
}

extension ExitEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), status: try fields.status(),
      cpuTime: try fields.integer("cpu_time"), peakResidentBytes: try fields.integer("peak_resident_bytes"))
  }
}

extension ConnectEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), thread: try fields.integer("thread"),
      socket: try fields.integer("socket"), protocol: try fields.transport(), peer: try fields.endpoint("peer"),
      networkNamespace: try fields.integer("network_namespace"))
    test = try fields.test()
  }
}

extension AcceptEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), socket: try fields.integer("socket"),
      protocol: try fields.transport(), local: try fields.endpoint("local"), peer: try fields.endpoint("peer"),
      networkNamespace: try fields.integer("network_namespace"))
    test = try fields.test()
  }
}

extension CloseEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), socket: try fields.integer("socket"),
      attempt: try fields.instant("attempt"), protocol: try fields.transport(), local: try fields.endpoint("local"),
      peer: try fields.endpoint("peer"))
    established = try fields.optionalInteger("established").map(BootInstant.init(nanoseconds:))
    networkNamespace = try fields.integer("network_namespace")
    bytesSent = try fields.integer("bytes_sent")
    bytesReceived = try fields.integer("bytes_received")
    packetsSent = try fields.optionalInteger("packets_sent") ?? 0
    packetsReceived = try fields.optionalInteger("packets_received") ?? 0
    errno = try fields.optionalInteger("errno") ?? 0
    isListener = try fields.mark("listener")
    isAccepted = try fields.mark("accepted")
    isNotSent = try fields.mark("not_sent")
    isRefused = try fields.mark("refused")
    isStillOpen = try fields.mark("still_open")
    isLocal = try fields.mark("own_address")
    test = try fields.test()
  }
}

extension DatagramEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), thread: try fields.integer("thread"),
      socket: try fields.integer("socket"), protocol: try fields.transport(), peer: try fields.endpoint("peer"),
      networkNamespace: try fields.integer("network_namespace"))
    test = try fields.test()
  }
}

extension FlowEntry {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      process: try fields.process(), destination: try fields.endpoint("destination"),
      protocol: try fields.transport(), firstTime: try fields.instant("first_time"),
      imageID: try fields.imageID(), command: try fields.string("command"))
    networkNamespace = try fields.integer("network_namespace")
    lastTime = try fields.instant("last_time")
    attempts = try fields.integer("attempts")
    sent = try fields.integer("sent")
    local = try fields.integer("sent_to_own_address")
    established = try fields.integer("established")
    failed = try fields.integer("failed")
    bytesSent = try fields.integer("bytes_sent")
    bytesReceived = try fields.integer("bytes_received")
    test = try fields.test()
    packetsSent = try fields.optionalInteger("packets_sent") ?? 0
    packetsReceived = try fields.optionalInteger("packets_received") ?? 0
    refused = try fields.optionalInteger("refused") ?? 0
    isSendOnly = try fields.mark("send_only")
    path = try fields.optionalString("path")
    socketType = try fields.optionalInteger("socket_type") ?? 0
    if let pid = try fields.optionalInteger("peer_pid", as: Int32.self) {
      peer = UnixPeer(pid: pid, isMember: try fields.mark("peer_is_member"))
    }
  }
}

extension ListenEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      time: try fields.instant("time"), process: try fields.process(), socket: try fields.integer("socket"),
      protocol: try fields.transport(), local: try fields.endpoint("local"),
      networkNamespace: try fields.integer("network_namespace"))
    test = try fields.test()
  }
}

extension OutsideListener {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      protocol: try fields.transport(), destination: try fields.endpoint("destination"),
      path: try fields.optionalString("path"), pid: try fields.integer("pid"), command: try fields.string("command"))
  }
}

extension ImageEntry {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      parent: try fields.parent(), imageID: try fields.imageID(), path: try fields.string("path"),
      isPathCut: try fields.mark("path_cut"), firstTime: try fields.instant("first_time"),
      firstProcess: try fields.process("first_pid", "first_start"), count: try fields.integer("count"))
    test = try fields.test()
  }
}

extension MarkerEvent {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    guard let verb = Verb(rawValue: try fields.string("verb")) else {
      throw .expected(Verb.allCases.map(\.rawValue).joined(separator: ", "), for: "verb")
    }
    self.init(
      time: try fields.instant("time"), process: try fields.process(), thread: try fields.integer("thread"),
      verb: verb, test: try fields.test(),
      previous: TestMark(id: try fields.optionalInteger("previous_test") ?? 0, level: .none),
      text: try fields.string("text"))
  }
}
