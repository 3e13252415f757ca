import CKernelABI
private import Glibc

/// Why there is no session socket.
public struct SessionSocketError: Error, CustomStringConvertible {
  var action: String
  var code: Int32

  public var description: String { "cannot \(action): \(String(cString: strerror(code)))" }
}

/// The socket at which processes of the run ask what their scopes did. `docs/session.md`
///
/// A path, so that other network and PID namespaces reach it; gone with the value or the process, whatever kills it.
public struct SessionSocket: ~Copyable {
  /// The variable in which the command finds the path.
  public static let variable = "PROCESS_TRACER_SESSION"
  private static let connectionLimit = 512
  /// Bytes of answers that wait for their readers, all together.
  private static let backlogLimit = 64 << 20

  public let path: String
  /// Readable when somebody asks.
  public let descriptor: Int32
  private let listener: Int32
  private let keeper: pid_t
  private var keeperGuard: Int32
  private var connections: [Int32: SessionConnection] = [:]
  /// Those that were refused, and the first with its pid.
  public private(set) var refusals: (count: Int, first: (pid: Int32, reason: String)?) = (0, nil)

  public init() throws(SessionSocketError) {
    let directory = try Self.makeDirectory()
    let path = "\(directory)/session"
    var guardEnd: Int32 = -1
    let keeper = pt_keep_socket(path, directory, &guardEnd)
    guard keeper > 0 else {
      rmdir(directory)
      throw SessionSocketError(action: "start a process", code: -keeper)
    }
    let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    let listener: Int32
    do throws(SessionSocketError) {
      guard descriptor >= 0 else { throw SessionSocketError(action: "watch a socket", code: errno) }
      listener = try Self.listen(at: path)
      _ = Self.watch(listener, EPOLLIN.rawValue, in: descriptor)
    } catch {
      close(guardEnd)
      pt_await_keeper(keeper)
      throw error
    }
    self.path = path
    self.listener = listener
    self.descriptor = descriptor
    self.keeper = keeper
    self.keeperGuard = guardEnd
  }

  private static func listen(at path: String) throws(SessionSocketError) -> Int32 {
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard listener >= 0 else { throw SessionSocketError(action: "make a socket", code: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    // Others than the caller may be members too, such as tests that change their user; who is not is refused.
    guard isBound, chmod(path, 0o666) == 0, Glibc.listen(listener, 128) == 0 else {
      let code = errno
      close(listener)
      throw SessionSocketError(action: "listen at \(path)", code: code)
    }
    return listener
  }

  /// Ends the service: the file goes, and the end of the value waits for that.
  public mutating func end() {
    if keeperGuard >= 0 { close(keeperGuard) }
    keeperGuard = -1
  }

  deinit {
    for connection in connections.keys { close(connection) }
    close(descriptor)
    close(listener)
    if keeperGuard >= 0 { close(keeperGuard) }
    pt_await_keeper(keeper)
  }

  private static func makeDirectory() throws(SessionSocketError) -> String {
    let places = ["/tmp", getenv("TMPDIR").map { String(cString: $0) }, "/dev/shm"].compactMap { $0 }
    var code: Int32 = 0
    // sun_path has 108 bytes. unix(7)
    for place in places where place.hasPrefix("/") && place.utf8.count < 64 {
      var template = Array("\(place)/process-tracer-XXXXXX".utf8CString)
      if mkdtemp(&template) != nil, chmod(template, 0o711) == 0 {
        return String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
      }
      code = errno
    }
    throw SessionSocketError(action: "make a directory in \(places.joined(separator: ", "))", code: code)
  }

  private static func watch(_ watched: Int32, _ events: UInt32, in poller: Int32) -> Bool {
    var event = epoll_event(events: events, data: epoll_data_t(fd: watched))
    return epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event) == 0
      || (errno == EEXIST && epoll_ctl(poller, EPOLL_CTL_MOD, watched, &event) == 0)
  }

  /// Does what can be done without waiting: accepts, reads requests, writes answers.
  ///
  /// - Parameters:
  ///   - isMember: whether a process, by its pid as this process sees it, is of the run.
  ///   - answer: what a member's request gets.
  public mutating func serve(
    isMember: (Int32) -> Bool, answer: (SessionRequest) throws(SessionRefusal) -> ScopeAnswer
  ) {
    var events = [epoll_event](repeating: epoll_event(), count: 32)
    let count = epoll_wait(descriptor, &events, Int32(events.count), 0)
    guard count > 0 else { return }
    for event in events[..<Int(count)] {
      if event.data.fd == listener { accept(isMember) } else { serve(event.data.fd, answer) }
    }
  }

  private mutating func accept(_ isMember: (Int32) -> Bool) {
    while true {
      var peer: pid_t = 0
      let accepted = pt_accept_peer(listener, &peer)
      guard accepted >= 0 else { return }
      var connection = SessionConnection(descriptor: accepted, pid: peer)
      if peer <= 0 || !isMember(peer) {
        refuse(&connection, .foreign)
      } else if connections.count >= Self.connectionLimit {
        refuse(&connection, .crowded)
      } else if Self.watch(accepted, EPOLLIN.rawValue, in: descriptor) {
        connections[accepted] = connection
        continue
      }
      _ = connection.write()
      close(accepted)
    }
  }

  private mutating func serve(
    _ descriptor: Int32, _ answer: (SessionRequest) throws(SessionRefusal) -> ScopeAnswer
  ) {
    guard var connection = connections[descriptor] else { return }
    while connection.output.isEmpty, !connection.isRefused {
      do throws(SessionRefusal) {
        guard let text = try connection.nextRequest() else { break }
        let lines = try answer(SessionRequest(text)).lines
        for line in lines { connection.append(line) }
      } catch {
        if error.isSuspicious { refuse(&connection, error) } else { connection.append(error.line) }
      }
      _ = connection.write()
    }
    let isOver = !connection.write() || connection.output.isEmpty && (connection.isRefused || connection.hasEnded)
    let waiting = connections.values.reduce(0) { $0 + $1.output.count } + connection.output.count
    if isOver || waiting > Self.backlogLimit {
      connections[descriptor] = nil
      close(descriptor)
      return
    }
    let events = connection.output.isEmpty ? EPOLLIN.rawValue : EPOLLOUT.rawValue
    _ = Self.watch(descriptor, events, in: self.descriptor)
    connections[descriptor] = connection
  }

  private mutating func refuse(_ connection: inout SessionConnection, _ refusal: SessionRefusal) {
    connection.isRefused = true
    connection.append(refusal.line)
    refusals.count += 1
    if refusals.first == nil { refusals.first = (connection.pid, refusal.reason) }
  }
}

/// One process that asks: a request at a time.
struct SessionConnection {
  let descriptor: Int32
  let pid: Int32
  private var input: [UInt8] = []
  var output: [UInt8] = []
  /// Nothing more is read from it.
  var isRefused = false
  private(set) var hasEnded = false

  init(descriptor: Int32, pid: Int32) {
    self.descriptor = descriptor
    self.pid = pid
  }

  mutating func append(_ line: SessionLine) {
    output.append(contentsOf: line.text.utf8)
    output.append(UInt8(ascii: "\n"))
  }

  /// The next whole line; nil where none is there yet.
  mutating func nextRequest() throws(SessionRefusal) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
        guard end < SessionRequest.lengthLimit else { throw .oversized }
        let text = String(decoding: input[..<end], as: UTF8.self)
        input.removeSubrange(...end)
        return text
      }
      guard input.count < SessionRequest.lengthLimit else { throw .oversized }
      let got = read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      if got == 0 || (got < 0 && errno != EAGAIN) { hasEnded = true }
      guard got > 0 else { return nil }
      input.append(contentsOf: buffer[..<got])
    }
  }

  /// Writes what the reader takes; false where it is gone.
  mutating func write() -> Bool {
    var written = 0
    defer { output.removeFirst(written) }
    while written < output.count {
      let count = output.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + written, output.count - written, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return true }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}
