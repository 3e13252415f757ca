import CKernelABI
import Trace

extension ForkEvent {
  init(_ record: event_fork) {
    self.init(
      time: BootInstant(record.header.time), child: ProcessIdentity(record.header.process),
      parent: ProcessIdentity(record.parent), namespacePID: Int32(bitPattern: record.namespace_pid),
      tracerPID: Int32(bitPattern: record.tracer_pid), pidNamespace: record.pid_namespace, uid: record.uid,
      gid: record.gid, isRoot: record.flags & UInt32(FORK_ROOT) != 0)
    test = TestMark(kernelWord: record.test)
  }
}

extension ExitEvent {
  init(_ record: event_exit) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      status: ExitStatus(waitStatus: record.wait_status), cpuTime: record.cpu_time,
      peakResidentBytes: record.peak_rss)
  }
}

extension ConnectEvent {
  init(_ record: event_connect) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      thread: Int32(bitPattern: record.header.thread), socket: record.socket,
      protocol: TransportProtocol(rawValue: record.protocol), peer: Endpoint(record.address, port: record.port),
      networkNamespace: record.network_namespace)
    test = TestMark(kernelWord: record.test)
  }
}

extension AcceptEvent {
  init(_ record: event_accept) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      socket: record.socket, protocol: TransportProtocol(rawValue: record.protocol),
      local: Endpoint(record.local_address, port: record.local_port),
      peer: Endpoint(record.peer_address, port: record.peer_port), networkNamespace: record.network_namespace)
    test = TestMark(kernelWord: record.test)
  }
}

extension CloseEvent {
  init(_ record: event_close) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      socket: record.socket, attempt: BootInstant(record.attempt_time),
      protocol: TransportProtocol(rawValue: record.protocol),
      local: Endpoint(record.local_address, port: record.local_port),
      peer: Endpoint(record.peer_address, port: record.peer_port))
    established = record.established_time == 0 ? nil : BootInstant(record.established_time)
    networkNamespace = record.network_namespace
    bytesSent = record.bytes_sent
    bytesReceived = record.bytes_received
    packetsSent = record.packets_sent
    packetsReceived = record.packets_received
    errno = Int32(record.error)
    isListener = record.flags & UInt32(CLOSE_LISTENING) != 0
    isAccepted = record.flags & UInt32(CLOSE_ACCEPTED) != 0
    isNotSent = record.flags & UInt32(CLOSE_NOT_SENT) != 0
    isRefused = record.flags & UInt32(CLOSE_REFUSED) != 0
    isStillOpen = record.flags & UInt32(CLOSE_STILL_OPEN) != 0
    isLocal = record.flags & UInt32(CLOSE_LOCAL) != 0
    test = TestMark(kernelWord: record.test)
  }
}

extension DatagramEvent {
  init(_ record: event_endpoint) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      thread: Int32(bitPattern: record.header.thread), socket: record.socket,
      protocol: TransportProtocol(rawValue: record.protocol), peer: Endpoint(record.address, port: record.port),
      networkNamespace: record.network_namespace)
    test = TestMark(kernelWord: record.test)
  }
}

extension ListenEvent {
  init(_ record: event_endpoint) {
    self.init(
      time: BootInstant(record.header.time), process: ProcessIdentity(record.header.process),
      socket: record.socket, protocol: TransportProtocol(rawValue: record.protocol),
      local: Endpoint(record.address, port: record.port), networkNamespace: record.network_namespace)
    test = TestMark(kernelWord: record.test)
  }
}

// MARK: Table entries

extension FlowEntry {
  init(_ key: flow_key, _ value: flow_value) {
    self.init(
      process: ProcessIdentity(key.process), destination: Endpoint(key.address, port: key.port),
      protocol: TransportProtocol(rawValue: key.protocol), firstTime: BootInstant(value.first_time),
      imageID: ImageID(value.image), command: text(ofCharacters: value.comm))
    networkNamespace = key.network_namespace
    lastTime = BootInstant(max(value.last_time, value.first_time))
    attempts = value.attempts
    sent = value.sent
    local = value.local
    established = value.established
    failed = value.failed
    bytesSent = value.bytes_sent
    bytesReceived = value.bytes_received
    test = TestMark(kernelWord: key.test)
    packetsSent = value.packets_sent
    packetsReceived = value.packets_received
    refused = value.refused
    isSendOnly = value.flags & UInt32(FLOW_SEND) != 0
  }

  init(_ key: unix_key, _ value: unix_value) {
    self.init(
      process: ProcessIdentity(key.process), destination: Endpoint(address: .anyIPv6, port: 0), protocol: .unix,
      firstTime: BootInstant(value.first_time), imageID: ImageID(value.image), command: text(ofCharacters: value.comm))
    path = withUnsafeBytes(of: key.path) { unixName($0.prefix(Int(key.length))) }
    socketType = key.type
    lastTime = BootInstant(max(value.last_time, value.first_time))
    attempts = value.attempts
    sent = value.sent
    bytesSent = value.bytes_sent
    refused = value.refused
    if value.peer != 0 { peer = UnixPeer(pid: Int32(bitPattern: value.peer), isMember: value.peer_member != 0) }
  }
}

extension ImageEntry {
  init(_ key: image_key, _ value: image_value) {
    let isCut = value.flags & UInt32(EXEC_PATH_CUT) != 0
    let path = withUnsafeBytes(of: value.path) {
      KernelTracer.path(fromLeafFirst: .init(rebasing: $0.prefix(Int(value.path_length))), isCut: isCut)
    }
    self.init(
      parent: ProcessIdentity(key.parent), imageID: ImageID(key.image), path: path, isPathCut: isCut,
      firstTime: BootInstant(value.first_time), firstProcess: ProcessIdentity(value.first_process),
      count: value.count)
    test = TestMark(kernelWord: key.test)
  }
}

/// A unix socket's name as people write it: its path, or, for an abstract one, `@` in place of each NUL. unix(7).
func unixName(_ bytes: some Collection<UInt8>) -> String {
  guard bytes.first == 0 else { return String(decoding: bytes, as: UTF8.self) }
  return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: "@") : $0 }, as: UTF8.self)
}

/// The text of a fixed, NUL-padded array of characters.
func text<Characters: BitwiseCopyable>(ofCharacters characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
