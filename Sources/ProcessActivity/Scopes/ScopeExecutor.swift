#if os(Linux)
  import Glibc

  /// Runs a scope's tasks on threads that work for it: what they do is the scope's own, at level `exact`.
  ///
  /// As a task executor preference it holds for synchronous code, `async let` and task groups (SE-0417); not for what
  /// an actor with an executor of its own does, the main actor above all, and not for unstructured tasks.
  final class ScopeExecutor: TaskExecutor {
    private let token: UInt32

    init(token: UInt32) {
      self.token = token
    }

    func enqueue(_ job: consuming ExecutorJob) {
      MarkedThreads.shared.run(UnownedJob(job), on: self, token: token)
    }
  }

  /// The threads of all scopes' executors: as many as there are processors, four at least, made when they are needed.
  ///
  /// @unchecked Sendable: `jobs` and the counts are only touched with `mutex` held.
  private final class MarkedThreads: @unchecked Sendable {
    static let shared = MarkedThreads()

    private struct Job {
      var job: UnownedJob
      var executor: ScopeExecutor
      var token: UInt32
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    private var first = 0
    private var idle = 0
    private var count = 0
    private let limit = max(4, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    private init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }

    func run(_ job: UnownedJob, on executor: ScopeExecutor, token: UInt32) {
      pthread_mutex_lock(mutex)
      jobs.append(Job(job: job, executor: executor, token: token))
      let isThreadNeeded = idle < jobs.count - first && count < limit
      if isThreadNeeded { count += 1 } else { pthread_cond_signal(condition) }
      pthread_mutex_unlock(mutex)
      if isThreadNeeded { startThread() }
    }

    private func startThread() {
      var thread = pthread_t()
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
      // As much as a test has on the main thread.
      pthread_attr_setstacksize(&attributes, 8 << 20)
      let failure = pthread_create(
        &thread, &attributes,
        { _ in MarkedThreads.shared.work() }, nil)
      pthread_attr_destroy(&attributes)
      precondition(failure == 0, "cannot create a thread: \(String(cString: strerror(failure)))")
    }

    private func work() -> Never {
      var current: UInt32?
      while true {
        let next = take()
        if next.token != current {
          Markers.adopt(next.token)
          current = next.token
        }
        next.job.runSynchronously(on: next.executor.asUnownedTaskExecutor())
      }
    }

    private func take() -> Job {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      idle += 1
      while first == jobs.count { pthread_cond_wait(condition, mutex) }
      idle -= 1
      let job = jobs[first]
      first += 1
      if first == jobs.count {
        jobs.removeAll(keepingCapacity: true)
        first = 0
      } else if first > 1024 {
        jobs.removeFirst(first)
        first = 0
      }
      return job
    }
  }
#endif
