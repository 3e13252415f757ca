import Glibc
import Testing
import Trace

import enum Trace.ExitStatus

@testable import KernelTracer

/// With the real kernel: needs the rights to load programs.
@Suite(.serialized, .enabled(if: geteuid() == 0))
struct TracerSessionTests {
  private func run(_ arguments: [String]) throws -> (status: ExitStatus?, events: [KernelEvent], end: RunEnd) {
    var host = try LocalCommandHost()
    var session = try TracerSession()
    let hooks = session.hooks
    #expect(hooks.filter { $0.isRequired && !$0.isAttached }.isEmpty)
    _ = try session.runCanary()
    var events: [KernelEvent] = []
    let launch = CommandLaunch(arguments: arguments, environment: ["PATH=/usr/bin:/bin"])
    let result = try session.run(launch, host: &host) { events.append($0) }
    let status: ExitStatus? = if case .ended(let status) = result { status } else { nil }
    let end = session.finish(status: status ?? .exited(code: 127)) { events.append($0) }
    return (status, events, end)
  }

  @Test func tellsForkExecAndExitOfACommand() throws {
    let (status, events, end) = try run(["sh", "-c", "/bin/true; exit 7"])
    #expect(status == .exited(code: 7))
    let execs = events.compactMap { if case .exec(let event) = $0 { event.image.name } else { nil } }
    #expect(execs.count == 2 && execs.last == "true")
    let exits = events.compactMap { if case .exit(let event) = $0 { event.status } else { nil } }
    #expect(exits == [.exited(code: 0), .exited(code: 7)])
    #expect(end.loss.isEmpty)
    #expect(end.failures.isEmpty)
  }

  @Test func leavesTheSelfTestOutOfTheRecords() throws {
    let (_, events, _) = try run(["true"])
    #expect(!events.contains { if case .flow = $0 { true } else { false } })
    #expect(events.count { if case .fork = $0 { true } else { false } } == 1)
  }

  @Test func saysThatACommandWasNotFound() throws {
    let (status, _, _) = try run(["process-tracer-no-such-command"])
    #expect(status == nil)
  }

  @Test func removesItsCgroup() throws {
    var session = try TracerSession()
    let cgroup = session.cgroupPath
    let path = try #require(cgroup)
    #expect(access(path, F_OK) == 0)
    _ = session.finish(status: .exited(code: 0)) { _ in }
    #expect(access(path, F_OK) != 0)
  }
}
