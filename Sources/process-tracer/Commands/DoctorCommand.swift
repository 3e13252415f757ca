import ArgumentParser
import Glibc
import KernelTracer

struct DoctorCommand: ParsableCommand, TracingCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "What this machine allows, and what to do about it.")

  @OptionGroup var elevation: ElevationOptions
  @OptionGroup(title: "Talk") var talk: TalkOptions

  mutating func run() throws {
    var refusal: KernelTracerError?
    do {
      _ = try Privileges.settle(elevates: elevation.isAllowed)
    } catch let error as KernelTracerError {
      refusal = error
    }
    let support = MachineSupport(
      origin: Privileges.origin, refusal: refusal, caller: Privileges.elevated?.launcher ?? getpid())
    let usesColor = talk.usesColor(Environment.current, isTerminal: isatty(STDOUT_FILENO) == 1)
    print("process-tracer \(Version.current) on Linux \(Machine.name.kernelRelease) \(Machine.name.hardware)")
    let width = support.findings.map(\.subject.count).max() ?? 0
    for finding in support.findings {
      let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
      print("  \(mark(finding.level, usesColor))  \(subject)  \(finding.detail)")
      if !finding.advice.isEmpty { print("            \(finding.advice)") }
    }
    print(support.canGate ? "A run can be gated here." : "A run cannot be gated here: see what is missing above.")
    throw support.canGate ? ExitCode.success : SetupFailure.code
  }

  private func mark(_ level: MachineSupport.Level, _ usesColor: Bool) -> String {
    let text = level.rawValue + String(repeating: " ", count: 8 - level.rawValue.count)
    guard usesColor else { return text }
    let color =
      switch level {
      case .fine: "32"
      case .degraded: "33"
      case .missing: "31"
      }
    return "\u{1B}[\(color)m\(text)\u{1B}[0m"
  }
}
