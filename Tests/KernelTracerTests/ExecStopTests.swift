import CKernelABI
import Glibc
import Synchronization
import Testing
import Trace

import enum Trace.ExitStatus

@testable import KernelTracer

extension TracerSessionTests {
  /// Within the other suite: one session at a time has this process's cgroup.
  @Suite final class ExecStopTests {
    /// A program whose name has the ending that is waited for.
    private let program = "/tmp/process-tracer-stop-\(getpid()).test"

    init() throws {
      let copied = try run(["cp", "/bin/true", program], instruments: [])
      #expect(copied.status == .exited(code: 0))
    }

    deinit {
      unlink(program)
    }

    private func run(
      _ arguments: [String], instruments: [Instrument]
    ) throws -> (status: ExitStatus?, events: [KernelEvent], end: RunEnd) {
      var host = try LocalCommandHost()
      var session = try TracerSession(instruments: instruments)
      var events: [KernelEvent] = []
      let launch = CommandLaunch(arguments: arguments, environment: ["PATH=/usr/bin:/bin"])
      let result = try session.run(launch, host: &host) { events.append($0) }
      let status: ExitStatus? = if case .ended(let status) = result { status } else { nil }
      let end = session.finish(status: status ?? .exited(code: 127)) { events.append($0) }
      return (status, events, end)
    }

    private func instrument(
      _ plan: @escaping @Sendable (StoppedProgram) throws(InstrumentError) -> ProbePlan?
    ) -> Instrument {
      Instrument(name: "made-up", nameEndings: [".test"], program: ProbeProgram(image: "", table: ("", 0)), plan: plan)
    }

    @Test func looksAtAProgramBeforeItRunsAndLetsItGo() throws {
      let seen = Mutex<[String]>([])
      let looking = instrument { (program) throws(InstrumentError) in
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/\(program.pid)/exe", &buffer, buffer.count)
        seen.withLock {
          $0.append(String(decoding: buffer[..<max(0, length)].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        #expect(access(program.executable, R_OK) == 0)
        return nil
      }
      // As the shell's child, as the command itself, and beside a name without the ending.
      let below = try run(["sh", "-c", "\(program) && /bin/true && exec \(program)"], instruments: [looking])
      let itself = try run([program], instruments: [looking])
      #expect(below.status == .exited(code: 0) && itself.status == .exited(code: 0))
      #expect(seen.withLock { $0 } == [program, program, program])
      #expect(below.end.failures.isEmpty && below.end.notes.isEmpty)
    }

    @Test func goesOnWhereItsPlanFails() throws {
      let failing = instrument { (_) throws(InstrumentError) in throw InstrumentError("it is made up") }
      let (status, _, end) = try run(["sh", "-c", "\(program); \(program)"], instruments: [failing])
      #expect(status == .exited(code: 0))
      #expect(end.notes.count == 1 && end.notes[0].hasSuffix(".test are known by process only: it is made up"))
    }

    @Test func preparesWhenItsHeraldIsExecuted() throws {
      let name = "process-tracer-herald-\(getpid())"
      let (herald, other, gate) = ("/tmp/\(name)", "/tmp/x\(name)", "/tmp/\(name)-gate")
      #expect(try run(["cp", "/bin/cat", herald], instruments: []).status == .exited(code: 0))
      #expect(try run(["cp", "/bin/cat", other], instruments: []).status == .exited(code: 0))
      #expect(mkfifo(gate, 0o600) == 0)
      defer { for path in [herald, other, gate] { unlink(path) } }
      let happened = Mutex<[String]>([])
      var prepared = instrument { (_) throws(InstrumentError) in
        happened.withLock { $0.append("plan") }
        return nil
      }
      prepared.herald = Herald(name: name) { executable, arguments in
        happened.withLock { $0.append("\(executable) \(arguments[1])") }
        // Until here it waits for somebody to open the other end.
        close(open(gate, O_WRONLY))
        return false
      }
      // Another name with the same end comes first; where nobody opens the gate, it does not wait for ever.
      let script = "\(other) /dev/null; timeout 20 \(herald) \(gate); \(program)"
      let (status, _, end) = try run(["sh", "-c", script], instruments: [prepared])
      #expect(status == .exited(code: 0))
      #expect(end.failures.isEmpty && end.notes.isEmpty)
      #expect(happened.withLock { $0 } == ["\(herald) \(gate)", "plan"])
    }

    @Test func isLetGoByTheGuardWhereTheTracerIsLate() throws {
      let late = instrument { (program) throws(InstrumentError) in
        var waited = pollfd(fd: pt_pidfd_open(program.pid), events: Int16(POLLIN), revents: 0)
        defer { close(waited.fd) }
        #expect(poll(&waited, 1, 60_000) == 1)
        return nil
      }
      let (status, _, _) = try run([program], instruments: [late])
      #expect(status == .exited(code: 0))
    }
  }
}
