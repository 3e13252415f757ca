#if os(Linux)
  import Glibc
  import Synchronization

  /// This process's connection to the session socket; one question at a time.
  struct SessionConnection {
    static let variable = "PROCESS_TRACER_SESSION"

    private static let shared = Mutex<SessionConnection?>(nil)

    private let descriptor: Int32
    /// A child made by fork has a connection of its own.
    private let owner: pid_t

    /// The answer's lines. Throws `TracerUnavailable` where none comes.
    static func ask(_ request: SessionLine) throws(TracerUnavailable) -> [SessionLine] {
      try shared.withLock { connection throws(TracerUnavailable) in
        if connection?.owner != getpid() { connection = try SessionConnection() }
        guard let open = connection else { throw TracerUnavailable("the session socket is closed") }
        do throws(TracerUnavailable) {
          return try open.exchange(request)
        } catch {
          close(open.descriptor)
          connection = nil
          throw error
        }
      }
    }

    private init() throws(TracerUnavailable) {
      guard let path = getenv(Self.variable).map({ String(cString: $0) }) else {
        throw TracerUnavailable("\(Self.variable) is not set")
      }
      var address = sockaddr_un()
      guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
        throw TracerUnavailable("\(Self.variable) is too long")
      }
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      owner = getpid()
      let isConnected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
      guard isConnected else {
        let reason = String(cString: strerror(errno))
        close(descriptor)
        throw TracerUnavailable("the session socket \(path) does not answer: \(reason)")
      }
    }

    private func exchange(_ request: SessionLine) throws(TracerUnavailable) -> [SessionLine] {
      let bytes = request.bytes
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw TracerUnavailable("the tracer is gone: \(String(cString: strerror(errno)))") }
        sent += count
      }
      var lines: [SessionLine] = []
      var pending: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let got = recv(descriptor, &buffer, buffer.count, 0)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { throw TracerUnavailable("the tracer went away before it answered") }
        pending += buffer[..<got]
        var start = pending.startIndex
        while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
          let line = SessionLine(pending[start..<end])
          start = end + 1
          lines.append(line)
          if line.word == "refused" { throw TracerUnavailable(line["reason"] ?? "refused", isRefusal: true) }
          if line.word == "end" { return lines }
        }
        pending.removeSubrange(..<start)
      }
    }
  }
#endif
