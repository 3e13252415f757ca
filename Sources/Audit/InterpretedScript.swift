import Trace

/// The script that an interpreter was started with.
enum InterpretedScript {
  private static let interpreters = [
    "sh", "bash", "dash", "zsh", "ksh", "python", "perl", "ruby", "node", "lua", "php", "tclsh", "awk", "make",
  ]

  /// The first argument that is a path or a file name, before which only options stand; nil for `-c` and the like.
  static func path(in image: ProcessImage) -> String? {
    let name = image.name.prefix { $0.isLetter }
    guard interpreters.contains(String(name)) else { return nil }
    for argument in image.arguments.dropFirst() {
      if ["-c", "-m", "-e", "--eval", "-"].contains(argument) { return nil }
      guard argument.hasPrefix("-") else {
        return argument.contains("/") || argument.contains(".") ? argument : nil
      }
    }
    return nil
  }
}
