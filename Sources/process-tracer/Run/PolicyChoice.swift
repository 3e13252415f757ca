import ArgumentParser
import Policy

extension PolicySource {
  /// The policy that holds: `--policy`, PROCESS_TRACER_POLICY, the nearest file, else the defaults; then the flags.
  ///
  /// Wrong flags are wrong usage (64), a wrong file is a failure before the command (125).
  static func load(option: String?, flags: PolicyFlags, environment: [String: String]) throws -> Policy {
    do {
      let path = try PolicyDiscovery.path(
        option: option, environment: environment[PolicyDiscovery.environmentKey],
        workingDirectory: Machine.workingDirectory)
      return try PolicyLoader.load(path: path, flags: flags)
    } catch PolicyError.flag(let name, let problem) {
      throw ValidationError("\(name): \(problem)")
    } catch {
      throw SetupFailure(error.description)
    }
  }
}
