import Glibc

/// A connection to a server, plain or in TLS, that carries one request after the other.
struct HTTPConnection: ~Copyable {
  private let socket: Socket
  private var session: TLSSession?

  init(host: String, port: UInt16, tls: TLSContext?, deadline: ContinuousClock.Instant) throws(HTTPFailure) {
    let socket = try Socket(HostAddresses(host: host, port: port, deadline: deadline), deadline: deadline)
    var session: TLSSession? = nil
    if let tls { session = try TLSSession(tls, host: host, socket.descriptor) }
    self.socket = socket
    self.session = session
  }

  deinit {
    session?.end()
  }

  /// Whether nothing came, not even an end, since the last response.
  var isQuiet: Bool {
    var watched = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&watched, 1, 0) == 0
  }

  /// Sends a request and reads its response, which may come before the request's end. `isReusable` tells whether another
  /// may follow.
  mutating func exchange(
    _ request: [UInt8], responseLimit: Int, deadline: ContinuousClock.Instant
  ) throws(HTTPFailure) -> (response: HTTPResponse, isReusable: Bool) {
    var parser = HTTPResponseParser(bodyLimit: responseLimit)
    var unsent = request[...]
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16384, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      var events: Int16 = 0
      switch try read(buffer) {
      case .bytes(let count):
        if let response = try parser.take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
          return (response, unsent.isEmpty && parser.isReusable)
        }
      case .end:
        if let response = try parser.takeEnd() { return (response, false) }
        throw .closed
      case .blocked(let awaited): events = awaited
      }
      if !unsent.isEmpty {
        switch try write(unsent) {
        case .bytes(let count):
          unsent.removeFirst(count)
          events = 0
        // It may still have said why.
        case .end: unsent = []
        case .blocked(let awaited): if events != 0 { events |= awaited }
        }
      }
      if events != 0 {
        try socket.wait(for: events, until: deadline)
      } else if ContinuousClock.now >= deadline {
        throw .timedOut
      }
    }
  }

  private mutating func read(_ buffer: UnsafeMutableRawBufferPointer) throws(HTTPFailure) -> Transfer {
    if session != nil { return try session!.read(buffer) }
    return try socket.read(buffer)
  }

  private mutating func write(_ bytes: ArraySlice<UInt8>) throws(HTTPFailure) -> Transfer {
    try bytes.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) in
      if session != nil { return try session!.write(UnsafeRawBufferPointer(bytes)) }
      return try socket.write(UnsafeRawBufferPointer(bytes))
    }
  }
}
