import Glibc

/// Runs both at the same time, the second on a thread that is gone when this returns. Where the system has no thread
/// to give, they run one after the other.
///
/// Neither may write what the other one reads. Throws the error of the first, else that of the second, when both have
/// ended.
func concurrently<Failure: Error>(
  _ first: () throws(Failure) -> Void, and second: () throws(Failure) -> Void
) throws(Failure) {
  var firstFailure: Failure?
  var secondFailure: Failure?
  let runSecond = { secondFailure = failure(of: second) }
  withoutActuallyEscaping(runSecond) { runSecond in
    let body = Unmanaged.passRetained(ThreadBody(run: runSecond))
    var thread = pthread_t()
    let refusal = pthread_create(
      &thread, nil,
      { body in
        if let body { Unmanaged<ThreadBody>.fromOpaque(body).takeUnretainedValue().run() }
        return nil
      }, body.toOpaque())
    firstFailure = failure(of: first)
    if refusal == 0 { pthread_join(thread, nil) } else { runSecond() }
    body.release()
  }
  if let failure = firstFailure ?? secondFailure { throw failure }
}

private func failure<Failure: Error>(of body: () throws(Failure) -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

private final class ThreadBody {
  let run: () -> Void
  init(run: @escaping () -> Void) { self.run = run }
}
