import KernelTracer
import SessionService
import TestAdapters

/// What `swift test` has in place of the variables that differ from run to run. SwiftPM keeps what a manifest says by
/// its whole environment (Sources/Basics/Environment, `cachable`): with another TRACEPARENT each time it would compile
/// the manifests of all packages in every run. The test processes get the values themselves.
enum StableEnvironment {
  private static let traceparent = "TRACEPARENT"
  /// Ids of zeros are none. W3C Trace Context level 1, sections 3.2.2.3 and 3.2.2.4
  private static let noTraceparent = "00-00000000000000000000000000000000-0000000000000000-00"
  /// Nobody can make a file there.
  private static let noPath = "/proc/process-tracer/"

  /// Puts placeholders into a launch, and says what the test processes get.
  static func apply(to launch: inout CommandLaunch, inbound environment: [String: String]) {
    var variables: [LateEnvironment.Variable] = []
    for name in [traceparent, SessionSocket.variable] {
      guard let value = value(of: name, in: launch.environment),
        let placeholder = placeholder(for: name, value, inbound: environment)
      else { continue }
      variables.append(.init(name, placeholder: placeholder, value: value))
      launch.environment = Environment.setting(name, to: placeholder, in: launch.environment)
    }
    launch.lateEnvironment = LateEnvironment(variables)
  }

  private static func placeholder(for name: String, _ value: String, inbound environment: [String: String]) -> String? {
    let length = value.utf8.count
    guard name == traceparent else {
      guard length > noPath.utf8.count else { return nil }
      return noPath + String(repeating: "0", count: length - noPath.utf8.count)
    }
    // As it would be without a tracer.
    if let inbound = environment[traceparent], inbound.utf8.count == length { return inbound }
    return length == noTraceparent.utf8.count ? noTraceparent : nil
  }

  private static func value(of name: String, in entries: [String]) -> String? {
    entries.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
  }
}
