private import COpenSSL
import Glibc

/// OpenSSL's way to a socket that raises no SIGPIPE where the other side is gone, as its own would.
enum SocketBIO {
  /// A BIO of a descriptor, which it does not close.
  static func make(_ descriptor: Int32) -> OpaquePointer {
    guard let bio = BIO_new(method) else { fatalError("out of memory") }
    BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1))
    BIO_set_init(bio, 1)
    return bio
  }

  // Never changed, nor freed: every BIO of the process refers to it.
  nonisolated(unsafe) private static let method: OpaquePointer = {
    guard let method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket") else { fatalError("out of memory") }
    BIO_meth_set_write(method) { bio, bytes, count in
      SocketBIO.told(
        bio, send(SocketBIO.descriptor(bio), bytes, Int(count), Int32(MSG_NOSIGNAL)), retry: BIO_FLAGS_WRITE)
    }
    BIO_meth_set_read(method) { bio, bytes, count in
      SocketBIO.told(bio, recv(SocketBIO.descriptor(bio), bytes, Int(count), 0), retry: BIO_FLAGS_READ)
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()

  private static func descriptor(_ bio: OpaquePointer?) -> Int32 {
    // One more than the descriptor, for 0 is one too.
    Int32(Int(bitPattern: BIO_get_data(bio)) - 1)
  }

  private static func told(_ bio: OpaquePointer?, _ count: Int, retry: Int32) -> Int32 {
    let isLater = count < 0 && (errno == EAGAIN || errno == EINTR)
    BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
    if isLater { BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY) }
    return Int32(count)
  }
}
