import Glibc
import Testing
import Trace

@Suite struct NameTests {
  @Test(arguments: [
    (ECONNREFUSED, "ECONNREFUSED"), (ENETUNREACH, "ENETUNREACH"), (EHOSTUNREACH, "EHOSTUNREACH"),
    (ETIMEDOUT, "ETIMEDOUT"), (ECONNRESET, "ECONNRESET"), (EPERM, "EPERM"), (EAGAIN, "EAGAIN"),
    (EOPNOTSUPP, "EOPNOTSUPP"), (EDEADLK, "EDEADLK"), (EADDRNOTAVAIL, "EADDRNOTAVAIL"), (EHWPOISON, "EHWPOISON"),
    (Int32(0), "errno 0"), (41, "errno 41"), (134, "errno 134"), (-1, "errno -1"),
  ])
  func namesErrorNumbers(number: Int32, name: String) {
    #expect(ErrnoName.name(of: number) == name)
  }

  @Test(arguments: [
    (SIGKILL, "SIGKILL"), (SIGTERM, "SIGTERM"), (SIGSEGV, "SIGSEGV"), (SIGHUP, "SIGHUP"), (SIGSYS, "SIGSYS"),
    (Int32(34), "SIGRTMIN"), (36, "SIGRTMIN+2"), (64, "SIGRTMIN+30"), (32, "signal 32"), (0, "signal 0"),
    (65, "signal 65"),
    (-1, "signal -1"),
  ])
  func namesSignals(number: Int32, name: String) {
    #expect(SignalName.name(of: number) == name)
  }

  @Test func recordsNoEnvironmentKeyTwice() {
    #expect(Set(RecordedEnvironment.keys).count == RecordedEnvironment.keys.count)
    #expect(RecordedEnvironment.keys.contains("PYTEST_CURRENT_TEST"))
    #expect(RecordedEnvironment.entries.allSatisfy { !$0.reason.isEmpty })
  }
}
