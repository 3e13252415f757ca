import Glibc

/// A connected TCP socket that does not block.
struct Socket: ~Copyable {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer) throws(HTTPFailure) -> Transfer {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { throw .system(errno: errno) }
      return .blocked(events: Int16(POLLIN))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HTTPFailure) -> Transfer {
    while true {
      let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .blocked(events: Int16(POLLOUT))
      case EPIPE, ECONNRESET: return .end
      default: throw .system(errno: errno)
      }
    }
  }

  /// Waits for one of the events, poll(2).
  func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws(HTTPFailure) {
    var watched = [pollfd(fd: descriptor, events: events, revents: 0)]
    guard try Polling.wait(&watched, until: deadline) else { throw .timedOut }
  }
}

/// What came of one attempt to read or write.
enum Transfer: Equatable {
  case bytes(Int)
  /// Nothing now, and not before one of these events of poll(2).
  case blocked(events: Int16)
  /// Nothing any more: the other side has ended its part.
  case end
}

enum Polling {
  /// Waits for any of the events; false where the deadline came first.
  static func wait(_ watched: inout [pollfd], until deadline: ContinuousClock.Instant) throws(HTTPFailure) -> Bool {
    while true {
      // Rounded up, so that the deadline is over where nothing came.
      let left = (max(deadline - ContinuousClock.now, .zero) / .milliseconds(1)).rounded(.up)
      let count = poll(&watched, nfds_t(watched.count), Int32(clamping: Int(left)))
      if count > 0 { return true }
      if count == 0 { return false }
      guard errno == EINTR else { throw .system(errno: errno) }
    }
  }
}
