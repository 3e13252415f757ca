import JSONWriting

/// Writes a recorded run as JSON lines, the format of `FORMAT.md`, into memory that the caller drains.
///
/// Arguments are written redacted: what a rule saw of the unredacted ones is not in the file.
public struct RunRecordWriter: ~Copyable {
  private var json: JSONWriter

  public init(capacity: Int = 1 << 16) {
    json = JSONWriter(capacity: capacity)
  }

  /// The bytes of whole lines that wait to be drained.
  public var pendingByteCount: Int { json.bytes.count }

  /// Hands the pending bytes to `body` and drops them unless it throws; the memory is kept for the next lines.
  public mutating func drain<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var failure: Failure?
    json.bytes.withUnsafeBytes { bytes in
      do throws(Failure) { try body(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    json.removeAll()
  }

  /// The pending bytes, which are dropped.
  public mutating func takeBytes() -> [UInt8] {
    let bytes = json.bytes
    json.removeAll()
    return bytes
  }

  public mutating func append(_ header: RunHeader) {
    json.object { $0.writeMembers(of: header) }
    json.endLine()
  }

  public mutating func append(_ event: KernelEvent) {
    json.object { $0.writeMembers(of: event) }
    json.endLine()
  }

  public mutating func append(_ end: RunEnd) {
    json.object { $0.writeMembers(of: end) }
    json.endLine()
  }
}

extension JSONWriter {
  fileprivate mutating func writeMembers(of header: RunHeader) {
    member("type", "header")
    member("format_version", header.formatVersion)
    member("tool_version", header.toolVersion)
    member("verb", header.verb)
    member("command", header.command)
    member("working_directory", header.workingDirectory)
    member("trace_id", header.traceID)
    member("root_span_id", header.rootSpanID)
    if let parentSpanID = header.parentSpanID { member("parent_span_id", parentSpanID) }
    if let traceState = header.traceState { member("trace_state", traceState) }
    member("start", header.start.nanoseconds)
    member("unix_offset", header.unixOffset)
    member("attributes", header.attributes)
    member("resource", header.resource)
    member("uid", header.uid)
    member("hostname", header.hostname)
    member("kernel_release", header.kernelRelease)
    member("nameservers", header.nameservers.map(\.description))
    member(
      "hosts",
      array: { json in
        for entry in header.hosts {
          json.object {
            $0.member("address", entry.address.description)
            $0.member("names", entry.names)
          }
        }
      })
    member("network_namespace", header.networkNamespace)
    member("hooks", array: { for hook in header.hooks { $0.write(hook) } })
    if let sessionCgroup = header.sessionCgroup { member("session_cgroup", sessionCgroup) }
    if !header.adapters.isEmpty { member("adapters", header.adapters) }
    member("notes", header.notes)
  }

  private mutating func write(_ hook: Hook) {
    object {
      $0.member("name", hook.name)
      $0.member("required", hook.isRequired)
      $0.member("attached", hook.isAttached)
      $0.member("cost", hook.cost)
    }
  }

  fileprivate mutating func writeMembers(of end: RunEnd) {
    member("type", "end")
    member("time", end.time.nanoseconds)
    member(end.status)
    member(
      "lost",
      object: {
        $0.member("ring_failures", end.loss.ringFailures)
        $0.member("members_refused", end.loss.membersRefused)
        $0.member("flows_refused", end.loss.flowsRefused)
        $0.member("images_refused", end.loss.imagesRefused)
        $0.member("sockets_refused", end.loss.socketsRefused)
        $0.member("threads_refused", end.loss.threadsRefused)
        $0.member("packets_unparsed", end.loss.packetsUnparsed)
        $0.member("names_refused", end.loss.namesRefused)
        $0.member("questions_refused", end.loss.questionsRefused)
        $0.member("resolvers_refused", end.loss.resolversRefused)
        $0.member("messages_unparsed", end.loss.messagesUnparsed)
        $0.member("recursion_misses", end.loss.recursionMisses)
      })
    member("failures", end.failures)
    if !end.notes.isEmpty { member("notes", end.notes) }
    if let executables = end.executables {
      member("executables", array: { for executable in executables { $0.write(executable) } })
    }
    member("netlink_messages", end.netlinkMessages)
  }
}
