import Glibc

/// Tries to reach an IPv4 address without waiting for an answer; the errno of the attempt, 0 where it was sent.
func attempt(_ kind: __socket_type, to address: String, port: UInt16) -> Int32 {
  let descriptor = socket(AF_INET, Int32(kind.rawValue | SOCK_NONBLOCK.rawValue), 0)
  guard descriptor >= 0 else { return errno }
  defer { close(descriptor) }
  var destination = sockaddr_in()
  destination.sin_family = sa_family_t(AF_INET)
  destination.sin_port = port.bigEndian
  destination.sin_addr.s_addr = inet_addr(address)
  let result = withUnsafePointer(to: &destination) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int in
      let length = socklen_t(MemoryLayout<sockaddr_in>.size)
      return kind == SOCK_STREAM
        ? Int(connect(descriptor, generic, length)) : sendto(descriptor, "ping", 4, 0, generic, length)
    }
  }
  return result < 0 ? errno : 0
}
