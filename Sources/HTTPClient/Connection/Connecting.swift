import Glibc

extension Socket {
  /// How long one address is tried alone. RFC 8305, section 8.
  private static let stagger: Duration = .milliseconds(250)

  /// Connects to one of the addresses: the first that answers, the next being tried beside those that do not.
  init(_ addresses: borrowing HostAddresses, deadline: ContinuousClock.Instant) throws(HTTPFailure) {
    var untried = addresses.all[...]
    var pending: [pollfd] = []
    defer { for attempt in pending { close(attempt.fd) } }
    var lastError = ECONNREFUSED
    while true {
      if let address = untried.popFirst() {
        switch Self.start(address.pointee) {
        case .success(let descriptor): pending.append(pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0))
        case .failure(let error): lastError = error.errno
        }
      }
      guard !pending.isEmpty else {
        if untried.isEmpty { throw .system(errno: lastError) }
        continue
      }
      let turn = untried.isEmpty ? deadline : min(deadline, .now + Self.stagger)
      guard try Polling.wait(&pending, until: turn) else {
        if turn == deadline { throw .timedOut }
        continue
      }
      for index in pending.indices.reversed() where pending[index].revents != 0 {
        let error = Self.outcome(pending[index].fd)
        let descriptor = pending.remove(at: index).fd
        guard error != 0 else {
          self.init(descriptor)
          return
        }
        close(descriptor)
        lastError = error
      }
    }
  }

  private struct StartFailure: Error {
    var errno: Int32
  }

  private static func start(_ address: addrinfo) -> Result<Int32, StartFailure> {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.ai_family, kind, address.ai_protocol)
    guard descriptor >= 0 else { return .failure(StartFailure(errno: errno)) }
    // A request is written at once, and its last bytes are not to wait for an acknowledgement.
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 || errno == EINPROGRESS {
      return .success(descriptor)
    }
    let failure = StartFailure(errno: errno)
    close(descriptor)
    return .failure(failure)
  }

  /// How an attempt ended: an errno, 0 where it is connected.
  private static func outcome(_ descriptor: Int32) -> Int32 {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno
  }
}
