import ArgumentParser
import Glibc
import KernelTracer
import Trace

@main
struct ProcessTracer: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "process-tracer")
  @Argument(parsing: .captureForPassthrough) var command: [String]
  mutating func run() throws {
    do {
      let signals = try ForwardedSignals()
      var session = try TracerSession()
      print("notes", try session.runCanary())
      let args = command.first == "--" ? Array(command.dropFirst()) : command
      var env: [String] = []
      var p = environ
      while let e = p.pointee { env.append(String(cString: e)); p += 1 }
      let q = getenv("QUIET") != nil
      var n = 0
      var kinds: [String: Int] = [:]
      func show(_ e: KernelEvent) { n += 1; if !q { print(e) } else { kinds[String("\(e)".prefix(6)), default: 0] += 1 } }
      let r = try session.run(CommandLaunch(arguments: args, environment: env, signalMask: signals.callerMask), signals: signals, show)
      print(r)
      print(session.finish(status: .exited(code: 0), show))
      print(n, kinds)
    } catch let e as KernelTracerError { print(e); throw ExitCode(125) }
  }
}
