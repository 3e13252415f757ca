import JSONWriting

extension JSONWriter {
  mutating func writeMembers(of event: KernelEvent) {
    switch event {
    case .fork(let event): write(event)
    case .exec(let event): write(event)
    case .exit(let event): write(event)
    case .connect(let event): write(event)
    case .accept(let event): write(event)
    case .close(let event): write(event)
    case .datagram(let event): write(event)
    case .marker(let event): write(event)
    case .listen(let event): write(event)
    case .commandEnded(let time):
      member("type", "command_ended")
      member("time", time.nanoseconds)
    case .flow(let entry): write(entry)
    case .image(let entry): write(entry)
    case .answer(let event): write(event)
    case .claim(let event): write(event)
    case .name(let entry): write(entry)
    case .lookup(let entry): write(entry)
    case .outsideListener(let listener): write(listener)
    }
  }

  mutating func begin(_ type: StaticString, _ time: BootInstant, _ process: ProcessIdentity) {
    key("type")
    string(type)
    member("time", time.nanoseconds)
    member(process)
  }

  private mutating func string(_ text: StaticString) {
    text.withUTF8Buffer { string(utf8: $0) }
  }

  private mutating func write(_ event: ForkEvent) {
    begin("fork", event.time, event.child)
    member(parent: event.parent)
    member("namespace_pid", event.namespacePID)
    member("tracer_pid", event.tracerPID)
    member("pid_namespace", event.pidNamespace)
    member("uid", event.uid)
    member("gid", event.gid)
    mark("root", event.isRoot)
    member(event.test)
  }

  private mutating func write(_ event: ExecEvent) {
    begin("exec", event.time, event.process)
    member("namespace_pid", event.namespacePID)
    member("thread", event.thread)
    member(event.imageID)
    member("path", event.image.path)
    member("arguments", event.image.arguments)
    if let cut = event.image.cutArgumentBytes { member("cut_argument_bytes", cut) }
    member("working_directory", event.image.workingDirectory)
    if !event.image.environment.isEmpty { member("environment", event.image.environment) }
    member("uid", event.image.uid)
    member("gid", event.image.gid)
    member(event.test)
    guard !event.image.flags.isEmpty else { return }
    member(
      "flags",
      array: { json in
        for (name, flag) in ProcessImage.Flags.names where event.image.flags.contains(flag) { json.string(name) }
      })
  }

  private mutating func write(_ event: ExitEvent) {
    begin("exit", event.time, event.process)
    member(event.status)
    member("cpu_time", event.cpuTime)
    member("peak_resident_bytes", event.peakResidentBytes)
  }

  private mutating func write(_ event: ConnectEvent) {
    begin("connect", event.time, event.process)
    member("thread", event.thread)
    member("socket", event.socket)
    member("protocol", event.protocol.description)
    member("peer", event.peer)
    member("network_namespace", event.networkNamespace)
    member(event.test)
  }

  private mutating func write(_ event: AcceptEvent) {
    begin("accept", event.time, event.process)
    member("socket", event.socket)
    member("protocol", event.protocol.description)
    member("local", event.local)
    member("peer", event.peer)
    member("network_namespace", event.networkNamespace)
    member(event.test)
  }

  private mutating func write(_ event: CloseEvent) {
    begin("close", event.time, event.process)
    member("socket", event.socket)
    member("attempt", event.attempt.nanoseconds)
    if let established = event.established { member("established", established.nanoseconds) }
    member("protocol", event.protocol.description)
    member("local", event.local)
    member("peer", event.peer)
    member("network_namespace", event.networkNamespace)
    member("bytes_sent", event.bytesSent)
    member("bytes_received", event.bytesReceived)
    if event.packetsSent != 0 { member("packets_sent", event.packetsSent) }
    if event.packetsReceived != 0 { member("packets_received", event.packetsReceived) }
    mark("listener", event.isListener)
    if event.errno != 0 { member("errno", event.errno) }
    mark("accepted", event.isAccepted)
    mark("not_sent", event.isNotSent)
    mark("refused", event.isRefused)
    mark("still_open", event.isStillOpen)
    mark("own_address", event.isLocal)
    member(event.test)
  }

  private mutating func write(_ event: DatagramEvent) {
    begin("datagram", event.time, event.process)
    member("thread", event.thread)
    member("socket", event.socket)
    member("protocol", event.protocol.description)
    member("peer", event.peer)
    member("network_namespace", event.networkNamespace)
    member(event.test)
  }

  private mutating func write(_ event: MarkerEvent) {
    begin("marker", event.time, event.process)
    member("thread", event.thread)
    member("verb", event.verb.rawValue)
    member(event.test)
    if event.previous.id != 0 { member("previous_test", event.previous.id) }
    member("text", event.text)
  }

  private mutating func write(_ event: ListenEvent) {
    begin("listen", event.time, event.process)
    member("socket", event.socket)
    member("protocol", event.protocol.description)
    member("local", event.local)
    member("network_namespace", event.networkNamespace)
    member(event.test)
  }

  private mutating func write(_ listener: OutsideListener) {
    member("type", "outside_listener")
    member("protocol", listener.protocol.description)
    member("destination", listener.destination)
    if let path = listener.path { member("path", path) }
    member("pid", listener.pid)
    member("command", listener.command)
  }

  private mutating func write(_ entry: FlowEntry) {
    member("type", "flow")
    member(entry.process)
    member("destination", entry.destination)
    member("protocol", entry.protocol.description)
    member("network_namespace", entry.networkNamespace)
    member("first_time", entry.firstTime.nanoseconds)
    member("last_time", entry.lastTime.nanoseconds)
    member("attempts", entry.attempts)
    member("sent", entry.sent)
    member("sent_to_own_address", entry.local)
    member("established", entry.established)
    member("failed", entry.failed)
    member("bytes_sent", entry.bytesSent)
    member("bytes_received", entry.bytesReceived)
    if entry.packetsSent != 0 { member("packets_sent", entry.packetsSent) }
    if entry.packetsReceived != 0 { member("packets_received", entry.packetsReceived) }
    if entry.refused != 0 { member("refused", entry.refused) }
    mark("send_only", entry.isSendOnly)
    if let path = entry.path { member("path", path) }
    if entry.socketType != 0 { member("socket_type", entry.socketType) }
    if let peer = entry.peer {
      member("peer_pid", peer.pid)
      mark("peer_is_member", peer.isMember)
    }
    member(entry.imageID)
    member("command", entry.command)
    member(entry.test)
  }

  private mutating func write(_ entry: ImageEntry) {
    member("type", "image")
    member(parent: entry.parent)
    member(entry.imageID)
    member("path", entry.path)
    mark("path_cut", entry.isPathCut)
    member("first_time", entry.firstTime.nanoseconds)
    member("first_pid", entry.firstProcess.pid)
    member("first_start", entry.firstProcess.start.nanoseconds)
    member("count", entry.count)
    member(entry.test)
  }
}
