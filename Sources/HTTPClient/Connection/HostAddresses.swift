private import CHostLookup
import Glibc

/// The addresses of a host and port, in the order in which to try them.
struct HostAddresses: ~Copyable {
  private let list: UnsafeMutablePointer<addrinfo>

  /// Looks the host up; it is an address or a name.
  init(host: String, port: UInt16, deadline: ContinuousClock.Instant) throws(HTTPFailure) {
    let (seconds, attoseconds) = max(deadline - ContinuousClock.now, .zero).components
    var limit = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var found: UnsafeMutablePointer<addrinfo>?
    let code = pt_host_lookup(host, String(port), &limit, &found)
    guard code != PT_LOOKUP_TIMED_OUT else { throw .timedOut }
    guard code == 0, let found else { throw .noAddress(code: code) }
    list = found
  }

  deinit {
    freeaddrinfo(list)
  }

  /// The addresses; they live as long as this.
  var all: [UnsafeMutablePointer<addrinfo>] {
    Array(sequence(first: list) { $0.pointee.ai_next })
  }
}
