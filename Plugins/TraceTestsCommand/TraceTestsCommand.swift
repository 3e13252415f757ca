import Foundation
import PackagePlugin

/// `swift package trace-tests [options] -- [swift test options]`: the package's tests under `process-tracer test`.
///
/// The tracer is the installed one, since building it takes what a package that only has expectations does without.
@main
struct TraceTestsCommand: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) throws {
    let (options, testOptions) = Self.split(arguments)
    let run = Process()
    run.executableURL = try Self.tracer(context)
    run.arguments =
      ["test"] + options + ["--", try context.tool(named: "swift").url.path, "test"]
      + Self.buildDirectoryOptions(context, testOptions) + testOptions
    run.environment = Self.environment(try context.tool(named: "swift").url)
    run.currentDirectoryURL = context.package.directoryURL
    run.standardInput = FileHandle.nullDevice
    try run.run()
    run.waitUntilExit()
    // The package manager makes 1 of every code but 0.
    exit(run.terminationReason == .exit ? run.terminationStatus : 128 + run.terminationStatus)
  }

  /// What is the tracer's, and what comes behind `--`.
  private static func split(_ arguments: [String]) -> (options: [String], testOptions: [String]) {
    let parts = arguments.split(separator: "--", maxSplits: 1, omittingEmptySubsequences: false)
    return (Array(parts[0]), parts.count > 1 ? Array(parts[1]) : [])
  }

  /// Without what the package manager puts behind the library path for its plugins: the toolchain's own libraries.
  private static func environment(_ swift: URL) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    let toolchain = swift.deletingLastPathComponent().deletingLastPathComponent()
    var paths = environment["LD_LIBRARY_PATH"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    guard let last = paths.last, last == toolchain.path + "/lib/swift/linux" else { return environment }
    paths.removeLast()
    environment["LD_LIBRARY_PATH"] = paths.isEmpty ? nil : paths.joined(separator: ":")
    return environment
  }

  private static func tracer(_ context: PluginContext) throws(NoTracer) -> URL {
    if let path = ProcessInfo.processInfo.environment["PROCESS_TRACER"], !path.isEmpty {
      guard FileManager.default.isExecutableFile(atPath: path) else { throw .notExecutable(path) }
      return URL(filePath: path)
    }
    guard let tool = try? context.tool(named: "process-tracer") else { throw .notInstalled }
    return tool.url
  }

  /// The build directory that the package manager holds the lock of while the plugin runs; to wait for it would take
  /// for ever, and nobody else builds there meanwhile.
  private static func buildDirectoryOptions(_ context: PluginContext, _ testOptions: [String]) -> [String] {
    let isNamed = testOptions.contains { $0 == "--scratch-path" || $0.hasPrefix("--scratch-path=") }
    if isNamed { return [] }
    // BUILD/plugins/TraceTestsCommand/outputs
    let directory = (0..<3).reduce(context.pluginWorkDirectoryURL) { url, _ in url.deletingLastPathComponent() }
    return ["--scratch-path", directory.path, "--ignore-lock"]
  }
}

private enum NoTracer: Error, CustomStringConvertible {
  case notInstalled
  case notExecutable(String)

  var description: String {
    switch self {
    case .notInstalled:
      "process-tracer is not on PATH: run scripts/install of its repository, or set PROCESS_TRACER to the binary"
    case .notExecutable(let path): "PROCESS_TRACER names \(path), which cannot be executed"
    }
  }
}
