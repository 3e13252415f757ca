import Glibc
import Synchronization

/// The kernel programs of the next session, loaded on threads of their own while the command line and the policy are
/// read.
///
/// What is loaded is attached to nothing. The rights of this process must stay as they are in the meantime.
public enum KernelPreparation {
  /// Begins now, unless it has begun: the next session that opens waits for it and takes it.
  public static func begin(sizes: TableSizes) {
    begun.withLock { begun in
      guard begun == nil else { return }
      let work = Work(sizes)
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
      begun = work
    }
  }

  /// The programs with tables of these sizes: where others were made, these are made now.
  static func take(sizes: TableSizes) throws(KernelTracerError) -> KernelObject {
    let work = begun.withLock { work in
      defer { work = nil }
      return work
    }
    guard let work, let thread = work.thread else { return try KernelObject(sizes: sizes) }
    pthread_join(thread, nil)
    guard work.sizes == sizes else { return try KernelObject(sizes: sizes) }
    if let failure = work.failure { throw failure }
    guard let object = work.object.take() else { preconditionFailure("the thread has ended") }
    return object
  }

  private static let begun = Mutex<Work?>(nil)

  // Its thread writes it before it ends, and only who has joined that thread reads it; `thread` is its maker's.
  private final class Work: @unchecked Sendable {
    let sizes: TableSizes
    var thread: pthread_t?
    var object: KernelObject?
    var failure: KernelTracerError?

    init(_ sizes: TableSizes) {
      self.sizes = sizes
    }

    func run() {
      do throws(KernelTracerError) {
        object = try KernelObject(sizes: sizes)
      } catch {
        failure = error
      }
    }
  }
}
