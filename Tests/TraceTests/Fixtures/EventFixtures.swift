import Trace

func at(_ nanoseconds: UInt64) -> BootInstant { BootInstant(nanoseconds: nanoseconds) }

/// A process by its pid; it started at 1,000 times that.
func id(_ pid: Int32) -> ProcessIdentity { ProcessIdentity(pid: pid, start: at(UInt64(pid) * 1000)) }

func endpoint(_ text: String) -> Endpoint { Endpoint(text)! }

let testHeader = RunHeader(
  toolVersion: "1.0", verb: "test", command: ["make"], workingDirectory: "/src",
  traceID: "0af7651916cd43dd8448eb211c80319c", rootSpanID: "b7ad6b7169203331", start: at(500), unixOffset: 1_000_000)

let testEnd = RunEnd(time: at(900_000), status: .exited(code: 3), loss: EvidenceLoss())

func imageID(_ path: String) -> ImageID {
  ImageID(pathHash: path.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }, inode: UInt64(path.utf8.count), device: 1)
}

/// A fork at the child's start.
func fork(_ child: Int32, by parent: Int32, isRoot: Bool = false) -> KernelEvent {
  .fork(
    ForkEvent(
      time: id(child).start, child: id(child), parent: id(parent), namespacePID: child - 1, tracerPID: child,
      pidNamespace: 4_026_531_836, uid: 1000, gid: 1001, isRoot: isRoot))
}

func exec(
  _ process: Int32, _ path: String, _ arguments: [String]? = nil, at time: UInt64, thread: Int32? = nil
) -> KernelEvent {
  .exec(
    ExecEvent(
      time: at(time), process: id(process), namespacePID: process - 1, thread: thread ?? process,
      imageID: imageID(path),
      image: ProcessImage(path: path, arguments: arguments ?? [path], workingDirectory: "/src", uid: 1000, gid: 1001)))
}

func exit(_ process: Int32, _ status: ExitStatus = .exited(code: 0), at time: UInt64) -> KernelEvent {
  .exit(ExitEvent(time: at(time), process: id(process), status: status, cpuTime: 77, peakResidentBytes: 4096))
}

func connect(_ process: Int32, _ peer: String, socket: UInt64, at time: UInt64) -> KernelEvent {
  .connect(
    ConnectEvent(
      time: at(time), process: id(process), thread: process + 5, socket: socket, protocol: .tcp, peer: endpoint(peer),
      networkNamespace: 9))
}

func accept(_ process: Int32, _ peer: String, socket: UInt64, at time: UInt64) -> KernelEvent {
  .accept(
    AcceptEvent(
      time: at(time), process: id(process), socket: socket, protocol: .tcp, local: endpoint("192.0.2.1:80"),
      peer: endpoint(peer), networkNamespace: 9))
}

func close(
  _ process: Int32, _ peer: String, socket: UInt64, attempt: UInt64, at time: UInt64,
  _ change: (inout CloseEvent) -> Void = { _ in }
) -> KernelEvent {
  var event = CloseEvent(
    time: at(time), process: id(process), socket: socket, attempt: at(attempt), protocol: .tcp,
    local: endpoint("192.0.2.1:40000"), peer: endpoint(peer))
  event.networkNamespace = 9
  change(&event)
  return .close(event)
}

func datagram(_ process: Int32, _ peer: String, at time: UInt64) -> KernelEvent {
  .datagram(
    DatagramEvent(
      time: at(time), process: id(process), thread: process, socket: 3, protocol: .udp, peer: endpoint(peer),
      networkNamespace: 9))
}

func flow(
  _ process: Int32, _ destination: String, _ transport: TransportProtocol = .tcp, path: String = "/bin/a",
  at time: UInt64, attempts: UInt64, sent: UInt64, local: UInt64 = 0, _ change: (inout FlowEntry) -> Void = { _ in }
) -> KernelEvent {
  var entry = FlowEntry(
    process: id(process), destination: endpoint(destination), protocol: transport, firstTime: at(time),
    imageID: imageID(path), command: "a")
  entry.networkNamespace = 9
  entry.lastTime = at(time + 100)
  entry.attempts = attempts
  entry.sent = sent
  entry.local = local
  change(&entry)
  return .flow(entry)
}

func image(
  _ path: String, of parent: Int32, first: Int32, at time: UInt64, count: UInt64 = 1, cutTo cut: String? = nil
) -> KernelEvent {
  .image(
    ImageEntry(
      parent: id(parent), imageID: imageID(path), path: cut ?? path, isPathCut: cut != nil, firstTime: at(time),
      firstProcess: id(first), count: count))
}

func trace(_ events: [KernelEvent], end: RunEnd? = testEnd) -> Trace {
  var builder = TraceBuilder(header: testHeader)
  for event in events { builder.add(event) }
  return builder.finish(end)
}

// MARK: Names

/// The nameserver of `answer` and its kin.
let resolver = IPAddress("192.0.2.53")!

func answer(
  _ process: Int32, _ name: String, type: RecordType = .a, doubts: Set<AnswerEvent.Doubt> = [],
  records: [DNSMessage.Record], at time: UInt64 = 19_500, _ change: (inout AnswerEvent) -> Void = { _ in }
) -> KernelEvent {
  var event = AnswerEvent(
    time: at(time), process: id(process), thread: process, socket: 77, resolver: resolver, protocol: .udp,
    networkNamespace: 9, doubts: doubts,
    message: DNSMessage(
      id: 1, responseCode: 0, isTruncated: false, name: name, type: type, records: records, isBroken: false))
  change(&event)
  return .answer(event)
}

func claim(
  _ process: Int32, _ peer: String, socket: UInt64, attempt: UInt64, _ source: AddressName.Source, _ name: String
) -> KernelEvent {
  .claim(
    ClaimEvent(
      time: at(attempt + 10), process: id(process), socket: socket, attempt: at(attempt), peer: endpoint(peer),
      source: source, name: name))
}

func name(_ name: String, _ address: String, by process: Int32, at time: UInt64) -> KernelEvent {
  .name(
    NameEntry(
      name: name, address: IPAddress(address)!, firstTime: at(time), count: 1, process: id(process),
      resolver: resolver, protocol: .udp))
}

func lookup(_ process: Int32, _ name: String, type: RecordType = .a, at time: UInt64) -> KernelEvent {
  .lookup(
    LookupEntry(
      process: id(process), name: name, type: type, resolver: resolver, networkNamespace: 9, firstTime: at(time),
      lastTime: at(time + 1), asked: 2, answered: 1, imageID: imageID("/bin/sh"), command: "sh"))
}
