import CLibbpf
import Glibc
import Trace

/// The reader's end of the kernel's ring buffer.
struct RingBuffer: ~Copyable {
  private let ring: OpaquePointer
  private let receiver: Receiver

  /// What the C callback reaches through its context pointer.
  private final class Receiver {
    var onEvent: ((KernelEvent) -> Void)?
    /// Records handed over, and those whose kind or length this version does not understand.
    var records: UInt64 = 0
    var undecodable: UInt64 = 0
  }

  init(mapDescriptor: Int32) throws(KernelTracerError) {
    receiver = Receiver()
    let context = Unmanaged.passUnretained(receiver).toOpaque()
    let created = ring_buffer__new(
      mapDescriptor,
      { context, data, size in
        let receiver = Unmanaged<Receiver>.fromOpaque(context!).takeUnretainedValue()
        receiver.records += 1
        let record = UnsafeRawBufferPointer(start: data, count: Int(size))
        if let event = KernelRecordDecoder.decode(record) {
          receiver.onEvent?(event)
        } else if !KernelRecordDecoder.isSilent(record) {
          receiver.undecodable += 1
        }
        return 0
      }, context, nil)
    guard let created else { throw .system("cannot map the ring buffer", errno: errno) }
    ring = created
  }

  deinit {
    ring_buffer__free(ring)
  }

  /// Readable when a batch is waiting.
  var descriptor: Int32 { ring_buffer__epoll_fd(ring) }

  /// Hands over everything that is in the ring now, in order, on the calling thread.
  func drain(_ onEvent: (KernelEvent) -> Void) throws(KernelTracerError) {
    let result = withoutActuallyEscaping(onEvent) { onEvent in
      receiver.onEvent = onEvent
      defer { receiver.onEvent = nil }
      return ring_buffer__consume(ring)
    }
    guard result >= 0 else { throw .system("cannot read the ring buffer", errno: -result) }
  }

  var recordsRead: UInt64 { receiver.records }
  var undecodableRecords: UInt64 { receiver.undecodable }
}
