import CKernelABI
import CLibbpf
import Glibc

/// The processes that the kernel stopped before their first instruction and this process is to let go.
///
/// A guard, a child of this process, lets them go where it is killed, or does not come to it for five seconds.
struct ExecStops: ~Copyable {
  private let table: UnsafeMutablePointer<stop_table>
  private let ring: OpaquePointer
  private let receiver: Receiver
  let guardian: pid_t
  /// Tells that the guard is at its post; -1: it has been heard.
  private var ready: Int32

  /// What the C callback reaches through its context pointer.
  private final class Receiver {
    var handle: ((stop_request) -> Void)?
  }

  /// Starts the guard; nothing is stopped before `switchOn`.
  init(_ object: borrowing KernelObject) throws(KernelTracerError) {
    guard let table = pt_map_stops(object.mapDescriptor(".bss.stops")) else {
      throw .system("cannot map a kernel table", errno: errno)
    }
    let receiver = Receiver()
    let requests = object.mapDescriptor("stop_requests")
    let ring = ring_buffer__new(
      requests,
      { context, data, size in
        let receiver = Unmanaged<Receiver>.fromOpaque(context!).takeUnretainedValue()
        if size == MemoryLayout<stop_request>.size {
          receiver.handle?(data!.loadUnaligned(as: stop_request.self))
        }
        return 0
      }, Unmanaged.passUnretained(receiver).toOpaque(), nil)
    guard let ring else {
      let code = errno
      munmap(table, MemoryLayout<stop_table>.size)
      throw .system("cannot map the ring buffer", errno: code)
    }
    var ready: Int32 = -1
    let guardian = pt_start_guard(table, requests, &ready)
    guard guardian > 0 else {
      ring_buffer__free(ring)
      munmap(table, MemoryLayout<stop_table>.size)
      throw .system("cannot start a process", errno: -guardian)
    }
    self.table = table
    self.ring = ring
    self.receiver = receiver
    self.guardian = guardian
    self.ready = ready
  }

  deinit {
    pt_stops_switch(table, 0)
    pt_end_keeper(guardian)
    if ready >= 0 { Glibc.close(ready) }
    ring_buffer__free(ring)
    munmap(table, MemoryLayout<stop_table>.size)
  }

  /// Readable when a process waits.
  var descriptor: Int32 { ring_buffer__epoll_fd(ring) }

  /// Waits for the guard to be at its post, with the rights that it has there.
  mutating func awaitGuard() throws(KernelTracerError) {
    guard ready >= 0 else { return }
    let result = pt_await_guard(ready)
    ready = -1
    guard result == 0 else { throw .system("cannot start a process", errno: -result) }
  }

  /// Processes are stopped from here on.
  mutating func switchOn() throws(KernelTracerError) {
    try awaitGuard()
    pt_stops_switch(table, 1)
  }

  /// Lets all go, and stops none from here on.
  func switchOff() { pt_stops_switch(table, 0) }

  /// The same for good: the guard is told to end, and the end of the value waits for that.
  func close() {
    switchOff()
    pt_kill_keeper(guardian)
  }

  /// How many were not stopped since too many were at once.
  var refused: UInt32 { table.pointee.refused }

  /// Tells of those that wait and were not told before, in their order.
  ///
  /// Each one stays in the ring until it is handled: that is by what the guard knows that somebody waits.
  func serve(_ handle: (stop_request) throws(KernelTracerError) -> Void) throws(KernelTracerError) {
    var failure: KernelTracerError?
    let result = withoutActuallyEscaping(handle) { handle in
      receiver.handle = { request in
        guard failure == nil else { return }
        do throws(KernelTracerError) { try handle(request) } catch { failure = error }
      }
      defer { receiver.handle = nil }
      return ring_buffer__consume(ring)
    }
    if let failure { throw failure }
    guard result >= 0 else { throw .system("cannot read the ring buffer", errno: -result) }
  }

  /// Lets a process go; false where the guard did already.
  func release(_ request: stop_request) throws(KernelTracerError) -> Bool {
    let result = pt_stop_release(table, request.slot, request.tracer_pid)
    guard result >= 0 else { throw .system("cannot let process \(request.tracer_pid) go on", errno: -result) }
    return result == 1
  }
}
