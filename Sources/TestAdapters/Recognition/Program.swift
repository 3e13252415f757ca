import Trace

/// An image with what several adapters ask about it.
struct Program {
  /// The executable's file name, argv[0]'s where the path is not known.
  let name: String
  /// argv[0]'s file name: what a program with several names was called by.
  let invokedName: String
  let path: String
  /// argv without argv[0].
  let arguments: ArraySlice<String>
  let workingDirectory: String
  let environment: [String: String]
  /// What the interpreter runs, where the program is a Python.
  let python: PythonInvocation?

  init(_ image: ProcessImage) {
    path = image.path.isEmpty ? image.arguments.first ?? "" : image.path
    name = path.fileName
    invokedName = image.arguments.first?.fileName ?? name
    arguments = image.arguments.dropFirst()
    workingDirectory = image.workingDirectory
    environment = image.environment
    python = PythonInvocation.isInterpreter(name) ? PythonInvocation(arguments) : nil
  }

  func hasArgument(_ argument: String) -> Bool { arguments.contains(argument) }

  func hasArgument(withPrefix prefix: String) -> Bool { arguments.contains { $0.hasPrefix(prefix) } }

  /// The first argument that is neither an option nor, for the options named, an option's value.
  func subcommand(valueOptions: Set<String> = []) -> String? {
    var rest = arguments
    while let argument = rest.popFirst() {
      if valueOptions.contains(argument) {
        _ = rest.popFirst()
      } else if !argument.hasPrefix("-"), !argument.hasPrefix("+") {
        return argument
      }
    }
    return nil
  }
}

extension String {
  /// The last component of a path, by bytes.
  var fileName: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(self[utf8.index(after: slash)...])
  }

  /// The path without its last component.
  var directory: Substring {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return self[..<slash]
  }

  /// The text without a suffix that it has, nil where it does not have it.
  func removing(suffix: String) -> String? {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
  }
}
