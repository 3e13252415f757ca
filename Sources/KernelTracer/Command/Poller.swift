import CKernelABI
import Glibc

/// Waits for any of some descriptors to be readable.
struct Poller: ~Copyable {
  private let descriptor: Int32

  init() throws(KernelTracerError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw .system("cannot create an epoll instance", errno: errno) }
  }

  deinit {
    close(descriptor)
  }

  func add(_ watched: Int32) throws(KernelTracerError) {
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: watched))
    guard epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 else {
      throw .system("cannot watch a descriptor", errno: errno)
    }
  }

  func remove(_ watched: Int32) {
    epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil)
  }

  /// The readable descriptors; blocks until there is one.
  func wait() throws(KernelTracerError) -> [Int32] {
    var events = [epoll_event](repeating: epoll_event(), count: 4)
    while true {
      let count = epoll_wait(descriptor, &events, Int32(events.count), -1)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("cannot wait for events", errno: errno) }
      return events[..<Int(count)].map { $0.data.fd }
    }
  }
}
