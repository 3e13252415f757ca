import ArgumentParser
import Policy

struct PolicyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The policy file; else the nearest .process-tracer.yml.", valueName: "file"))
  var policy: String?

  @Option(
    name: .customLong("allow-net"),
    help: ArgumentHelp("Allow destinations, e.g. tcp://192.0.2.1:443.", valueName: "spec"))
  var allowNet: [String] = []

  @Option(name: .customLong("deny-net"), help: ArgumentHelp("Deny destinations; deny wins.", valueName: "spec"))
  var denyNet: [String] = []

  @Option(name: .customLong("allow-run"), help: ArgumentHelp("Allow only these programs.", valueName: "prog"))
  var allowRun: [String] = []

  @Option(name: .customLong("deny-run"), help: ArgumentHelp("Deny programs; deny wins.", valueName: "prog"))
  var denyRun: [String] = []

  @Option(
    help: ArgumentHelp("audit reports, gate fails the run, enforce also refuses.", valueName: "audit|gate|enforce"))
  var mode: String?

  @Flag(help: "Same as --mode enforce.")
  var enforce = false

  @Option(help: ArgumentHelp("Judge the tests, or also what the runner does around them.", valueName: "tests|all"))
  var scope: String?

  @Flag(help: "Do not fail when evidence is incomplete.")
  var allowIncomplete = false

  @Flag(help: "Judge everything, let no test widen the policy, take lost detail for missing evidence.")
  var strict = false

  /// Whether any option asks for a policy.
  var isGiven: Bool {
    policy != nil || mode != nil || enforce || scope != nil || strict
      || !(allowNet + denyNet + allowRun + denyRun).isEmpty
  }

  func flags() throws -> PolicyFlags {
    var flags = PolicyFlags()
    flags.allowNet = allowNet
    flags.denyNet = denyNet
    flags.allowRun = allowRun
    flags.denyRun = denyRun
    flags.allowIncomplete = allowIncomplete
    flags.strict = strict
    if let text = enforce ? "enforce" : mode {
      guard let mode = Verdict.Mode(rawValue: text) else {
        throw ValidationError("--mode \(text): expected audit, gate or enforce")
      }
      flags.mode = mode
    }
    switch scope {
    case nil: break
    case "tests": flags.scope = .tests
    case "all": flags.scope = .all
    case let text?: throw ValidationError("--scope \(text): expected tests or all")
    }
    return flags
  }
}
