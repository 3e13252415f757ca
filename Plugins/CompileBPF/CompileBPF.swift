import Foundation
import PackagePlugin

/// Compiles the objects of `bpf/` and writes each into a Swift file as one `StaticString` (gzip, base64), which type-checks in a fraction of the time of an array literal.
///
/// The compiler is `$BPF_CLANG` where set, else the toolchain's clang, which has the bpf target.
@main
struct CompileBPF: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let directory = context.package.directoryURL.appending(path: "bpf")
    let sources = try [directory, directory.appending(path: "abi")]
      .flatMap { try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
      .filter { ["c", "h"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
    let environment = ProcessInfo.processInfo.environment
    let toolchainClang = try context.tool(named: "clang").url
    let clang = environment["BPF_CLANG"] ?? toolchainClang.path
    let objcopy = toolchainClang.deletingLastPathComponent().appending(path: "llvm-objcopy").path
    let script = directory.appending(path: "embed.sh")
    return Self.objects.map { object in
      let output = context.pluginWorkDirectoryURL.appending(path: object.file)
      return .buildCommand(
        displayName: "Compiling bpf/\(object.source)",
        executable: URL(filePath: "/bin/sh"),
        arguments: [
          script.path, clang, objcopy, directory.appending(path: object.source).path, output.path, object.constant,
        ],
        inputFiles: sources + [script],
        outputFiles: [output])
    }
  }

  private static let objects = [
    (source: "process_tracer.bpf.c", file: "TracerObject.swift", constant: "tracerObjectBase64"),
    (source: "go.bpf.c", file: "GoProbesObject.swift", constant: "goProbesObjectBase64"),
    (source: "rust.bpf.c", file: "RustProbesObject.swift", constant: "rustProbesObjectBase64"),
    (source: "swift.bpf.c", file: "SwiftProbesObject.swift", constant: "swiftProbesObjectBase64"),
    (source: "enforcement.bpf.c", file: "EnforcementObject.swift", constant: "enforcementObjectBase64"),
    (source: "unix_fallback.bpf.c", file: "UnixFallbackObject.swift", constant: "unixFallbackObjectBase64"),
    (source: "open_sockets.bpf.c", file: "OpenSocketsObject.swift", constant: "openSocketsObjectBase64"),
  ]
}
