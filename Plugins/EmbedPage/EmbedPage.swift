import Foundation
import PackagePlugin

/// Writes script, style and body of the report page, which stand in `page/`, into a Swift file as `StaticString`s.
///
/// Resources of the package manager would need Foundation's Bundle, or be array literals, which take long to compile.
@main
struct EmbedPage: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let directory = context.package.directoryURL.appending(path: "page")
    let script = directory.appending(path: "embed.sh")
    let files = FileManager.default
    let sources =
      try files.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
      + files.contentsOfDirectory(at: directory.appending(path: "script"), includingPropertiesForKeys: nil)
    let output = context.pluginWorkDirectoryURL.appending(path: "PageSources.swift")
    return [
      .buildCommand(
        displayName: "Embedding page/",
        executable: URL(filePath: "/bin/sh"),
        arguments: [script.path, directory.path, output.path],
        inputFiles: sources.filter { !$0.hasDirectoryPath }.sorted { $0.path < $1.path },
        outputFiles: [output])
    ]
  }
}
