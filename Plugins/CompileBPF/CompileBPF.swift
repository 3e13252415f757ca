import Foundation
import PackagePlugin

/// Compiles `bpf/process_tracer.bpf.c` and writes the object into a Swift file as one base64 `StaticString`,
/// which type-checks in a fraction of the time of an array literal.
///
/// The compiler is `$BPF_CLANG` where set, else the toolchain's clang, which has the bpf target.
@main
struct CompileBPF: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let directory = context.package.directoryURL.appending(path: "bpf")
    let sources = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
      .filter { ["c", "h"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
    let environment = ProcessInfo.processInfo.environment
    let toolchainClang = try context.tool(named: "clang").url
    let clang = environment["BPF_CLANG"] ?? toolchainClang.path
    let output = context.pluginWorkDirectoryURL.appending(path: "TracerObject.swift")
    return [
      .buildCommand(
        displayName: "Compiling bpf/process_tracer.bpf.c",
        executable: URL(filePath: "/bin/sh"),
        arguments: [
          directory.appending(path: "embed.sh").path, clang,
          toolchainClang.deletingLastPathComponent().appending(path: "llvm-objcopy").path,
          directory.appending(path: "process_tracer.bpf.c").path, output.path,
        ],
        inputFiles: sources + [directory.appending(path: "embed.sh")],
        outputFiles: [output])
    ]
  }
}
