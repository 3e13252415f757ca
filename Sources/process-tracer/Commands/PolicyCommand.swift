import ArgumentParser
import Glibc
import Policy
import TestAdapters
import Trace

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Make, check and question a policy.",
    subcommands: [PolicyCheckCommand.self, PolicyInitCommand.self, PolicyExplainCommand.self])
}

struct PolicyCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read a policy file and say what it means, or what is wrong with it.")

  @Argument(help: "The policy file; else the one that test would use.")
  var file: String?

  mutating func run() throws {
    let environment = Environment.current
    let path: String?
    do {
      path = try PolicyDiscovery.path(
        option: file, environment: environment[PolicyDiscovery.environmentKey],
        workingDirectory: Machine.workingDirectory)
    } catch {
      throw SetupFailure(error.description)
    }
    guard let path else { throw SetupFailure("no .process-tracer.yml from here up to the repository's root") }
    let check = PolicyCheck(path: path)
    print(check.text)
    throw check.isValid ? ExitCode.success : ExitCode(1)
  }
}

struct PolicyInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write the smallest policy by which recorded runs pass, to stdout.",
    usage: "process-tracer policy init --from <run.jsonl> ... > .process-tracer.yml")

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Recorded runs (--record, --report-dir).", valueName: "run.jsonl"))
  var from: [String] = []

  @Option(help: ArgumentHelp("Rules for the tests, or also for what the runner does.", valueName: "tests|all"))
  var scope = "tests"

  func validate() throws {
    guard !from.isEmpty else { throw ValidationError("policy init: give recorded runs with --from") }
    guard Policy.Scope(rawValue: scope) != nil else {
      throw ValidationError("--scope \(scope): expected tests or all")
    }
  }

  mutating func run() throws {
    let draft = PolicyDraft(try from.map(Self.trace), scope: Policy.Scope(rawValue: scope) ?? .tests)
    for reason in draft.incompleteReasons { Diagnostics.warn("the evidence is not whole: \(reason)") }
    print(draft.text, terminator: "")
  }

  private static func trace(_ path: String) throws -> Trace {
    do {
      var trace = try RunRecord.replay(try InputFile.bytes(of: path), file: path)
      TestAttribution.attribute(&trace)
      return trace
    } catch let error as OutputError {
      throw SetupFailure(error.description)
    } catch let error as RunRecordError {
      throw SetupFailure(error.description)
    }
  }
}

struct PolicyExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say which rule decides about a destination or a program, and why.",
    usage: "process-tracer policy explain [--policy <file>] 'curl -> 203.0.113.9:443'")

  @Option(help: ArgumentHelp("The policy file; else the one that test would use.", valueName: "file"))
  var policy: String?

  @Argument(help: ArgumentHelp("PROGRAM -> DESTINATION, -> DESTINATION, or PROGRAM.", valueName: "question"))
  var question: String

  mutating func run() throws {
    let rules = try PolicySource.load(option: policy, flags: PolicyFlags(), environment: Environment.current)
    let explanation: PolicyExplanation
    do {
      explanation = try PolicyExplanation(
        question, policy: rules, nameservers: Machine.nameservers, today: CalendarDate(unixSeconds: Int64(time(nil))))
    } catch {
      throw ValidationError("policy explain: \(error)")
    }
    print(explanation.text)
    throw explanation.answer == .allowed ? ExitCode.success : ExitCode(1)
  }
}
