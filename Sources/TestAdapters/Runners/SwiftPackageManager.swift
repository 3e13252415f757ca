/// `swift test`, as the command itself.
public enum SwiftPackageManager {
  public static func isTest(_ command: [String]) -> Bool {
    guard let program = command.first?.fileName else { return false }
    return program == "swift-test" || program == "swift" && command.dropFirst().first == "test"
  }
}
