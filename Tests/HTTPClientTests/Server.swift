import Glibc
import Synchronization

/// A server on loopback. A function serves its connections, one after the other; each is ended where that returns.
final class Server: Sendable {
  let port: UInt16
  private let listener: Int32
  private let accepted = Atomic(0)
  /// A byte for every connection that was ended.
  private let ends: (read: Int32, write: Int32)
  /// A byte when the server is stopped.
  private let stops: (read: Int32, write: Int32)
  private let serve: @Sendable (Connection) -> Void

  init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
    self.serve = serve
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var pipes: [Int32] = [0, 0, 0, 0]
    let isListening = withUnsafeMutableBytes(of: &address) { bytes in
      let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
      return bind(listener, address, size) == 0 && listen(listener, 16) == 0
        && getsockname(listener, address, &size) == 0 && pipe(&pipes) == 0 && pipe(&pipes[2]) == 0
    }
    guard isListening else { throw ServerFailure(errno: errno) }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    ends = (pipes[0], pipes[1])
    stops = (pipes[2], pipes[3])
    var thread = pthread_t()
    // Ends itself with the listener.
    let result = pthread_create(&thread, nil, { Server.run($0!) }, Unmanaged.passRetained(self).toOpaque())
    guard result == 0 else { throw ServerFailure(errno: result) }
    pthread_detach(thread)
  }

  deinit {
    for descriptor in [listener, ends.read, ends.write, stops.read, stops.write] { close(descriptor) }
  }

  /// How many connections were made.
  var connections: Int { accepted.load(ordering: .sequentiallyConsistent) }

  /// Waits for the end of the next connection that was not waited for.
  func awaitEnd() {
    var byte: UInt8 = 0
    while read(ends.read, &byte, 1) < 0, errno == EINTR {}
  }

  /// Listens no more, and ends the connection that is left, if it waits for that.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    write(stops.write, [1], 1)
  }

  private static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let server = Unmanaged<Server>.fromOpaque(pointer).takeRetainedValue()
    while true {
      let descriptor = accept(server.listener, nil, nil)
      guard descriptor >= 0 else { return nil }
      server.accepted.add(1, ordering: .sequentiallyConsistent)
      server.serve(Connection(descriptor: descriptor, stop: server.stops.read))
      close(descriptor)
      write(server.ends.write, [1], 1)
    }
  }
}

struct ServerFailure: Error {
  var errno: Int32
}

/// A server's side of a connection.
struct Connection {
  let descriptor: Int32
  fileprivate let stop: Int32

  /// Reads until these bytes end what came; false where the client ended the connection before.
  func receive(untilEndOf end: [UInt8]) -> Bool {
    var received: [UInt8] = []
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1 {
      received.append(byte)
      if received.suffix(end.count).elementsEqual(end) { return true }
    }
    return false
  }

  /// False where the client has ended the connection.
  @discardableResult func send(_ text: String) -> Bool {
    Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
  }

  /// Reads nothing more until the server is stopped.
  func awaitStop() {
    var watched = pollfd(fd: stop, events: Int16(POLLIN), revents: 0)
    while poll(&watched, 1, -1) < 0, errno == EINTR {}
  }
}
