import Glibc
import Synchronization

/// What loading needs and no option decides: the programs unpacked, and the kernel's types cut down to theirs. It can be
/// made on a thread while the command line is read.
public enum KernelPreparation {
  /// Begins now; the next session that opens waits for it and takes it.
  public static func begin() {
    let work = Work()
    let argument = Unmanaged.passRetained(work)
    var thread = pthread_t()
    let refusal = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    if refusal != 0 {
      argument.release()
      return
    }
    work.thread = thread
    begun.withLock { $0 = work }
  }

  static func take() throws(KernelTracerError) -> PreparedImage {
    let work = begun.withLock { work in
      defer { work = nil }
      return work
    }
    guard let work, let thread = work.thread else { return try PreparedImage() }
    pthread_join(thread, nil)
    if let failure = work.failure { throw failure }
    guard let image = work.image.take() else { preconditionFailure("the thread has ended") }
    return image
  }

  private static let begun = Mutex<Work?>(nil)

  // Its thread writes it before it ends, and only who has joined that thread reads it; `thread` is its maker's.
  private final class Work: @unchecked Sendable {
    var thread: pthread_t?
    var image: PreparedImage?
    var failure: KernelTracerError?

    func run() {
      do throws(KernelTracerError) {
        image = try PreparedImage()
      } catch {
        failure = error
      }
    }
  }
}

/// The session's programs as an ELF object, and the types that they are relocated by.
struct PreparedImage: ~Copyable {
  let bytes: [UInt8]
  let types: KernelTypes

  init() throws(KernelTracerError) {
    bytes = ObjectImage.unpack(tracerObjectBase64)
    types = try KernelTypes(for: bytes)
  }
}
