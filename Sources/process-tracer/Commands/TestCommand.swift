import ArgumentParser
import Glibc
import Policy

struct TestCommand: ParsableCommand, TracingCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run a test command, judge what its tests did, fail on violations.",
    usage: "process-tracer test [options] [--] <command> ...")

  @OptionGroup(title: "Policy") var policy: PolicyOptions
  @OptionGroup(title: "Reports") var reports: ReportOptions
  @OptionGroup(title: "The command") var command: CommandOptions
  @OptionGroup(title: "Trace") var trace: TraceOptions
  @OptionGroup(title: "Talk") var talk: TalkOptions

  @Argument(parsing: .postTerminator, help: "The test command and its arguments.")
  var arguments: [String] = []

  mutating func run() throws {
    let flags = try policy.flags()
    throw try WrappedRun(
      verb: .test(policyPath: policy.policy, flags: flags), arguments: arguments, reports: reports,
      command: command, trace: trace, talk: talk
    ).run()
  }
}

struct TraceCommand: ParsableCommand, TracingCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Run any command and record what it did, without judging it.",
    usage: "process-tracer trace [options] [--] <command> ...")

  @OptionGroup(title: "Reports") var reports: ReportOptions
  @OptionGroup(title: "The command") var command: CommandOptions
  @OptionGroup(title: "Trace") var trace: TraceOptions
  @OptionGroup(title: "Talk") var talk: TalkOptions

  @Argument(parsing: .postTerminator, help: "The command and its arguments.")
  var arguments: [String] = []

  mutating func run() throws {
    throw try WrappedRun(
      verb: .trace, arguments: arguments, reports: reports, command: command, trace: trace, talk: talk
    ).run()
  }
}
