import ArgumentParser
import Glibc
import KernelTracer

/// The program: makes one argument list of flags, environment and command, and runs the command that it names.
@main
enum ProcessTracer {
  static func main() {
    do {
      try Privileges.begin()
      let line = InvocationLine(arguments: Caller.arguments, environment: Environment.current)
      if line.isTracing, Privileges.stayAsTheyAre {
        KernelPreparation.begin(sizes: TableSizes(testEnvironment: Environment.current))
      }
      var command = try parse(line.arguments)
      if !(command is any TracingCommand) { try Privileges.drop() }
      try command.run()
    } catch let code as ExitCode {
      Privileges.end(code: code.rawValue)
      exit(code.rawValue)
    } catch let failure as SetupFailure {
      end(failure.message)
    } catch let error as KernelTracerError {
      end(error.description)
    } catch {
      Privileges.end(code: RootCommand.exitCode(for: error).rawValue)
      RootCommand.exit(withError: error)
    }
    Privileges.end(code: 0)
  }

  /// What traces is parsed by itself, without the root's own options and checks; whatever else comes of that the root
  /// tells, which knows all names.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let verb = RootCommand.configuration.subcommands.first { $0._commandName == arguments.first }
    if let verb, verb is any TracingCommand.Type {
      // Nothing is lost with the error: the same comes again from the root.
      let command = try? verb.parseAsRoot(Array(arguments.dropFirst()))
      if let command, type(of: command) == verb { return command }
    }
    return try RootCommand.parseAsRoot(arguments)
  }

  private static func end(_ failure: String) -> Never {
    Diagnostics.error(failure)
    Privileges.end(code: SetupFailure.code.rawValue)
    exit(SetupFailure.code.rawValue)
  }
}

/// A command that traces, and sees to its rights itself.
protocol TracingCommand {}

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
