import ArgumentParser

struct CommandOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .customLong("directory")],
    help: ArgumentHelp("Change to this directory first.", valueName: "dir"))
  var directory: String?

  @Flag(help: "Wait for every process that the command started, not for the command alone.")
  var wait = false

  @Flag(help: "Kill what the command leaves running.")
  var killLeaked = false

  @Option(help: ArgumentHelp("Run the command as this user; as root only.", valueName: "name"))
  var user: String?

  @OptionGroup var elevation: ElevationOptions

  @Option(
    help: ArgumentHelp(
      "Ask test runners which test does what; none leaves them alone.",
      valueName: "auto|none|\(AdapterChoice.known.joined(separator: ","))"))
  var adapters = "auto"

  var adapterChoice: AdapterChoice { AdapterChoice(adapters) ?? .all }

  func validate() throws {
    if AdapterChoice(adapters) == nil {
      throw ValidationError(
        "--adapters \(adapters): expected auto, none or a list of: \(AdapterChoice.known.joined(separator: ", "))")
    }
    if wait, killLeaked { throw ValidationError("--wait and --kill-leaked exclude each other") }
  }
}

struct ElevationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Get the right to trace with sudo -n where this user has none, for the tool alone.", valueName: "auto|never"))
  var elevate = "auto"

  var isAllowed: Bool { elevate == "auto" }

  func validate() throws {
    guard ["auto", "never"].contains(elevate) else {
      throw ValidationError("--elevate \(elevate): expected auto or never")
    }
  }
}

struct TraceOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("The trace id: 32 hex digits, or text (hashed).", valueName: "id"))
  var traceId: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The parent span: 16 hex digits, or text (hashed).", valueName: "id"))
  var parentId: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("An attribute for every span and log; ${env:KEY}, ${arg:N}.", valueName: "name=value"))
  var attribute: [String] = []

  @Flag(
    help: """
      Leave command arguments out of every report. The recorded run keeps them, redacted: tests are recognised by them.
      """)
  var noArgs = false
}

struct TalkOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say something only when the run does not pass.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more.")
  var verbose = false

  @Option(help: ArgumentHelp("Colour.", valueName: "auto|always|never"))
  var color = "auto"

  func validate() throws {
    guard ["auto", "always", "never"].contains(color) else {
      throw ValidationError("--color \(color): expected auto, always or never")
    }
  }

  /// `--color`, then NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then whether `isTerminal` and TERM is not dumb.
  func usesColor(_ environment: [String: String], isTerminal: Bool) -> Bool {
    func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }
    switch color {
    case "always": return true
    case "never": return false
    default:
      if isSet("NO_COLOR") { return false }
      if isSet("CLICOLOR_FORCE") || isSet("FORCE_COLOR") { return true }
      return isTerminal && environment["TERM"] != "dumb"
    }
  }
}
