import ArgumentParser

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Every program and destination, and what changed (not built yet).")

  @OptionGroup(title: "Talk") var talk: TalkOptions
  @Argument(parsing: .allUnrecognized) var arguments: [String] = []

  mutating func run() throws {
    throw NotBuilt.command("audit")
  }
}
