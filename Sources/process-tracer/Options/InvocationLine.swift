/// The command line as ArgumentParser gets it: environment defaults first, then flags, then `--` and the command.
///
/// `process-tracer -- CMD` is `trace`. The command starts at `--`, or at the first word that is no option, so that
/// `process-tracer test pytest -q` passes `-q` on.
struct InvocationLine {
  let arguments: [String]
  /// Whether a command is to be run, as far as the verb tells.
  var isTracing: Bool { arguments.first.map(FlagTable.wrappingVerbs.contains) ?? false }

  init(arguments: [String], environment: [String: String]) {
    guard let first = arguments.first else {
      self.arguments = ["--help"]
      return
    }
    let isBare = first == "--"
    let verb = isBare ? "trace" : first
    let rest = isBare ? arguments : Array(arguments.dropFirst())
    guard let flags = FlagTable.flags[verb] else {
      self.arguments = arguments
      return
    }
    let defaults = Self.defaults(flags, environment)
    guard FlagTable.wrappingVerbs.contains(verb) else {
      self.arguments = [verb] + defaults + rest
      return
    }
    let commandStart = Self.commandStart(in: rest, flags: flags)
    let options = Array(rest[..<commandStart])
    var command = Array(rest[commandStart...])
    if command.first == "--" { command.removeFirst() }
    self.arguments = [verb] + defaults + options + ["--"] + command
  }

  /// Flags from PROCESS_TRACER_<FLAG>; an empty value counts as unset, a switch takes 1, true, yes or on.
  private static func defaults(_ flags: [FlagTable.Flag], _ environment: [String: String]) -> [String] {
    flags.flatMap { flag -> [String] in
      guard let value = environment[flag.variable], !value.isEmpty else { return [] }
      if flag.takesValue { return ["--\(flag.name)=\(value)"] }
      return ["1", "true", "yes", "on"].contains(value.lowercased()) ? ["--\(flag.name)"] : []
    }
  }

  private static func commandStart(in arguments: [String], flags: [FlagTable.Flag]) -> Int {
    var index = 0
    while index < arguments.count {
      let word = arguments[index]
      guard word != "--", word.hasPrefix("-"), word != "-" else { return index }
      let flag = flags.first { "--\($0.name)" == word || $0.short.map { "-\($0)" } == word }
      index += flag?.takesValue == true ? 2 : 1
    }
    return min(index, arguments.count)
  }
}
