/// Every option of every verb, once: what takes a value, and the environment variable that sets it.
enum FlagTable {
  struct Flag {
    var name: String
    var short: Character?
    var takesValue: Bool

    /// PROCESS_TRACER_ALLOW_NET for `allow-net`.
    var variable: String {
      "PROCESS_TRACER_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
  }

  /// The verbs that wrap a command.
  static let wrappingVerbs: Set<String> = ["test", "trace"]

  static let flags: [String: [Flag]] = [
    "test": policy + reports + command + trace + talk,
    "trace": reports + command + trace + talk,
    "report": policy + reports + replay + talk,
    "audit": values("baseline") + switches("update-baseline") + talk,
    "policy": talk,
    "doctor": values("elevate") + talk,
  ]

  private static let policy =
    values(
      "policy", "allow-net", "deny-net", "allow-run", "deny-run", "mode", "scope")
    + switches("enforce", "allow-incomplete", "strict")

  private static let reports =
    values(
      "report-dir", "record", "verdict", "junit", "otlp-traces", "otlp-logs", "html", "timeline", "sarif", "audit",
      "codequality", "otlp-endpoint", "annotate-junit") + switches("in-place", "fail-tests")

  private static let replay = values("format", "only", "depth")

  private static let command =
    values("user", "elevate", "adapters") + switches("wait", "kill-leaked")
    + [Flag(name: "directory", short: "C", takesValue: true)]

  private static let trace =
    [
      Flag(name: "trace-id", short: "t", takesValue: true), Flag(name: "parent-id", short: "p", takesValue: true),
      Flag(name: "attribute", short: "a", takesValue: true),
    ] + switches("no-args")

  private static let talk = [
    Flag(name: "quiet", short: "q", takesValue: false), Flag(name: "verbose", short: "v", takesValue: false),
    Flag(name: "color", short: nil, takesValue: true),
  ]

  private static func values(_ names: String...) -> [Flag] {
    names.map { Flag(name: $0, short: nil, takesValue: true) }
  }

  private static func switches(_ names: String...) -> [Flag] {
    names.map { Flag(name: $0, short: nil, takesValue: false) }
  }
}
