import ArgumentParser
import Glibc

/// The program: makes one argument list of flags, environment and command, and runs the command that it names.
@main
enum ProcessTracer {
  static func main() {
    let line = InvocationLine(arguments: Array(CommandLine.arguments.dropFirst()), environment: Environment.current)
    do {
      var command = try RootCommand.parseAsRoot(line.arguments)
      try command.run()
    } catch let failure as SetupFailure {
      Diagnostics.error(failure.message)
      exit(SetupFailure.code.rawValue)
    } catch {
      RootCommand.exit(withError: error)
    }
  }
}

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process-tracer",
    abstract: "Tells which test started which process and reached which address, from the kernel.",
    discussion: """
      process-tracer test -- swift test     run the tests, judge what they did, fail on violations
      process-tracer -- make                run anything, record what it did

      Every option can be set in the environment as PROCESS_TRACER_<OPTION>; the command line wins.
      Exit codes: the command's own; 120 policy violated; 121 evidence incomplete; 125 the tracer failed before the
      command ran; 126, 127 the command could not be executed, was not found; 64 wrong usage.
      """,
    version: Version.current,
    subcommands: [
      TestCommand.self, TraceCommand.self, ReportCommand.self, AuditCommand.self, PolicyCommand.self,
      DoctorCommand.self,
    ])
}

enum Version {
  static let current = "0.1.0"
}
