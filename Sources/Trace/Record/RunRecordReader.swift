private import Glibc

/// One line of a recorded run.
public enum RunRecordLine: Sendable {
  case header(RunHeader)
  case event(KernelEvent)
  case end(RunEnd)
}

/// Reads a recorded run line by line: the header, then events, then the end.
///
/// Members that this version does not know are passed over; lines of a type that it does not know are refused.
public struct RunRecordReader: Sendable {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var lineNumber = 0
  private var hasEnded = false
  /// The last line broke off in the middle and was passed over: the tool was killed, or the disk was full.
  public private(set) var isCut = false

  /// `file` is what errors call the record.
  public init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The next line, nil behind the last.
  public mutating func next() throws(RunRecordError) -> RunRecordLine? {
    guard position < bytes.count else {
      if lineNumber == 0 { throw error(line: 1, "the file is empty; expected a recorded run's header") }
      return nil
    }
    let lineFeed = nextLineFeed()
    let range = position..<(lineFeed ?? bytes.count)
    position = lineFeed.map { $0 + 1 } ?? bytes.count
    lineNumber += 1
    do throws(RecordFault) {
      var parser = JSONLineParser(bytes, range)
      let members: [(key: String, value: JSONValue)]
      do throws(RecordFault) {
        members = try parser.object()
      } catch {
        guard lineFeed == nil, lineNumber > 1 else { throw error }
        isCut = true
        return nil
      }
      return try line(RecordFields(members))
    } catch {
      throw self.error(line: lineNumber, error.message)
    }
  }

  private func nextLineFeed() -> Int? {
    bytes.withUnsafeBytes { bytes -> Int? in
      guard let base = bytes.baseAddress,
        let found = memchr(base + position, Int32(UInt8(ascii: "\n")), bytes.count - position)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private mutating func line(_ fields: RecordFields) throws(RecordFault) -> RunRecordLine {
    let type = try fields.string("type")
    if lineNumber == 1 {
      guard type == "header" else { throw .expected("\"header\"", for: "type") }
      return .header(try RunHeader(fields))
    }
    guard !hasEnded else { throw .expected("nothing behind the end of the run") }
    if type == "end" {
      hasEnded = true
      return .end(try RunEnd(fields))
    }
    guard let event = try KernelEvent(type: type, fields) else {
      throw RecordFault(message: "format version \(RunHeader.formatVersion) has no \"\(type)\" here")
    }
    return .event(event)
  }

  private func error(line: Int, _ message: String) -> RunRecordError {
    RunRecordError(file: file, line: line, message: message)
  }
}

extension RunHeader {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    let version: Int = try fields.integer("format_version")
    guard (1...Self.formatVersion).contains(version) else {
      throw RecordFault(
        message: "format version \(version) is not one that this process-tracer reads (it reads "
          + "up to \(Self.formatVersion)); use the version that recorded it")
    }
    self.init(
      toolVersion: try fields.string("tool_version"), verb: try fields.string("verb"),
      command: try fields.strings("command"), workingDirectory: try fields.string("working_directory"),
      traceID: try fields.string("trace_id"), rootSpanID: try fields.string("root_span_id"),
      start: try fields.instant("start"), unixOffset: try fields.integer("unix_offset"))
    parentSpanID = try fields.optionalString("parent_span_id")
    traceState = try fields.optionalString("trace_state")
    attributes = try fields.stringsByName("attributes")
    resource = try fields.stringsByName("resource")
    uid = try fields.integer("uid")
    hostname = try fields.string("hostname")
    kernelRelease = try fields.string("kernel_release")
    for text in try fields.strings("nameservers") {
      guard let address = IPAddress(text) else { throw .expected("an array of addresses", for: "nameservers") }
      nameservers.append(address)
    }
    for entry in try fields.optionalObjects("hosts") ?? [] {
      hosts.append(HostsEntry(address: try entry.address("address"), names: try entry.strings("names")))
    }
    networkNamespace = try fields.optionalInteger("network_namespace") ?? 0
    for hook in try fields.objects("hooks") { hooks.append(try Hook(hook)) }
    sessionCgroup = try fields.optionalString("session_cgroup")
    if fields.hasValue("adapters") { adapters = try fields.strings("adapters") }
    notes = try fields.strings("notes")
  }
}

extension Hook {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    self.init(
      name: try fields.string("name"), isRequired: try fields.bool("required"),
      isAttached: try fields.bool("attached"), cost: try fields.string("cost"))
  }
}

extension RunEnd {
  fileprivate init(_ fields: RecordFields) throws(RecordFault) {
    let lost = try fields.object("lost")
    var loss = EvidenceLoss()
    loss.ringFailures = try lost.countsByName("ring_failures")
    loss.membersRefused = try lost.integer("members_refused")
    loss.flowsRefused = try lost.integer("flows_refused")
    loss.imagesRefused = try lost.integer("images_refused")
    loss.socketsRefused = try lost.integer("sockets_refused")
    loss.threadsRefused = try lost.optionalInteger("threads_refused") ?? 0
    loss.packetsUnparsed = try lost.integer("packets_unparsed")
    loss.namesRefused = try lost.optionalInteger("names_refused") ?? 0
    loss.questionsRefused = try lost.optionalInteger("questions_refused") ?? 0
    loss.resolversRefused = try lost.optionalInteger("resolvers_refused") ?? 0
    loss.messagesUnparsed = try lost.optionalInteger("messages_unparsed") ?? 0
    loss.recursionMisses = try lost.countsByName("recursion_misses")
    self.init(
      time: try fields.instant("time"), status: try fields.status(), loss: loss,
      failures: try fields.strings("failures"),
      netlinkMessages: try fields.optionalInteger("netlink_messages") ?? 0)
    if fields.hasValue("notes") { notes = try fields.strings("notes") }
    if let objects = try fields.optionalObjects("executables") {
      var found: [ExecutableIdentity] = []
      for object in objects { found.append(try ExecutableIdentity(object)) }
      executables = found
    }
  }
}
