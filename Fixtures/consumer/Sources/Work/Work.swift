import Glibc

/// Starts a program; its pid.
public func start(_ program: String, _ arguments: String...) -> pid_t {
  var pid: pid_t = 0
  var strings: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for string in strings { free(string) } }
  return posix_spawn(&pid, program, nil, nil, &strings, environ) == 0 ? pid : -1
}

/// Starts a shell that stops itself ahead of its script; its pid, when it has stopped. By then its execution was told,
/// where a `posix_spawn` returns before that.
public func startStopped(_ script: String) -> pid_t {
  let pid = start("/bin/sh", "-c", "kill -STOP $$; \(script)")
  var status: Int32 = 0
  while waitpid(pid, &status, WUNTRACED) < 0, errno == EINTR {}
  return pid
}

/// Waits for a program's end.
public func wait(for pid: pid_t) {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0, errno == EINTR {}
}

/// Runs a program to its end.
public func runProgram(_ program: String, _ arguments: String...) {
  var pid: pid_t = 0
  var strings: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for string in strings { free(string) } }
  if posix_spawn(&pid, program, nil, nil, &strings, environ) == 0 { wait(for: pid) }
}

public func kill(_ pid: pid_t) {
  Glibc.kill(pid, SIGKILL)
  wait(for: pid)
}

/// Tries to connect, without waiting for an answer.
public func connect(to address: String, _ port: UInt16) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  defer { close(descriptor) }
  _ = with(address, port) { Glibc.connect(descriptor, $0, $1) }
}

/// Looks a host's IPv4 address up, and tries to connect to the first; nil where it has none.
@discardableResult
public func connect(toHost name: String, _ port: UInt16) -> String? {
  var hints = addrinfo()
  hints.ai_family = AF_INET
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(name, nil, &hints, &found) == 0, let found else { return nil }
  defer { freeaddrinfo(found) }
  return found.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
    let address = String(cString: inet_ntoa($0.pointee.sin_addr))
    connect(to: address, port)
    return address
  }
}

/// Listens on loopback until `body` has returned.
public func listening(on port: UInt16, _ body: () -> Void = {}) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var on: Int32 = 1
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
  _ = with("127.0.0.1", port) { bind(descriptor, $0, $1) }
  _ = listen(descriptor, 1)
  body()
}

private func with<Value>(
  _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
  var destination = sockaddr_in()
  destination.sin_family = sa_family_t(AF_INET)
  destination.sin_port = port.bigEndian
  destination.sin_addr.s_addr = inet_addr(address)
  return withUnsafePointer(to: &destination) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}
