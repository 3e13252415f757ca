import ArgumentParser
import Glibc
import Policy

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check a policy.",
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
    commandName: "init", abstract: "Write a policy from recorded runs (not built yet).")
  @Argument(parsing: .allUnrecognized) var arguments: [String] = []

  mutating func run() throws {
    throw NotBuilt.command("policy init")
  }
}

struct PolicyExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say which rule decides, and why (not built yet).")
  @Argument(parsing: .allUnrecognized) var arguments: [String] = []

  mutating func run() throws {
    throw NotBuilt.command("policy explain")
  }
}
