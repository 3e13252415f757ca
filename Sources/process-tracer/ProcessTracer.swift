import ArgumentParser

@main
struct ProcessTracer: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "process-tracer")
}
