/// Takes secrets out of argument vectors before they are recorded or shown.
///
/// What it knows is listed in `SecretName` (names of flags, variables, headers and fields), `SecretToken` (texts that
/// are secrets by their form) and `SecretFinder` (where a named value ends). A secret of any other form stays.
public enum ArgumentRedactor {
  /// What stands for a secret.
  public static let replacement = "[redacted]"

  /// The arguments without their secrets; the same array where there are none.
  public static func redact(_ arguments: [String]) -> [String] {
    guard let first = arguments.firstIndex(where: SecretHints.areIn) else { return arguments }
    return redact(arguments, from: first)
  }

  /// A single text, an URL or a header say, without its secrets.
  public static func redact(text: String) -> String {
    SecretHints.areIn(text) ? withoutSecrets(text) : text
  }

  private static func redact(_ arguments: [String], from first: Int) -> [String] {
    var result = arguments
    let isCurl = arguments.first?.lastPathComponent == "curl"
    var next = NextArgument.ordinary
    for index in first..<arguments.count {
      let argument = arguments[index]
      switch next {
      case .secret where !isFlag(argument) && !isTruthValue(argument):
        result[index] = argument.isEmpty ? argument : replacement
        next = .ordinary
        continue
      case .userAndPassword where !isFlag(argument):
        result[index] = withoutPassword(argument)
        next = .ordinary
        continue
      default: break
      }
      if isCurl, let attached = curlUserFlag(argument) {
        result[index] = attached.prefix + withoutPassword(attached.value)
      } else {
        result[index] = withoutSecrets(argument)
      }
      next = NextArgument(after: argument, isCurl: isCurl)
    }
    return result
  }

  /// What an argument says about the one behind it.
  private enum NextArgument {
    case ordinary
    case secret
    /// `user:password`, where only the password is secret.
    case userAndPassword

    init(after argument: String, isCurl: Bool) {
      self = .ordinary
      guard argument.hasPrefix("-"), argument.utf8.count <= 128 else { return }
      if isCurl, isCurlUserFlag(argument) {
        self = .userAndPassword
      } else if argument.utf8.allSatisfy(\.isNameByte), SecretName.isSecret(argument.utf8) {
        self = .secret
      }
    }
  }

  private static func isFlag(_ argument: String) -> Bool {
    argument.hasPrefix("--") || argument.hasPrefix("-") && argument.utf8.count <= 2
  }

  static func isTruthValue(_ text: String) -> Bool {
    text == "true" || text == "false"
  }

  // MARK: curl(1): -u, --user, -U, --proxy-user

  /// `-u`, also behind others as in `-su`.
  static func isCurlUserFlag(_ argument: String) -> Bool {
    if argument == "--user" || argument == "--proxy-user" { return true }
    return argument.hasPrefix("-") && !argument.hasPrefix("--") && (argument.hasSuffix("u") || argument.hasSuffix("U"))
      && argument.utf8.count <= 6
  }

  /// `--user=name:password` and `-uname:password` in two parts.
  private static func curlUserFlag(_ argument: String) -> (prefix: String, value: String)? {
    for prefix in ["--user=", "--proxy-user=", "-u", "-U"] where argument.hasPrefix(prefix) {
      let value = argument.dropFirst(prefix.count)
      return value.contains(":") ? (prefix, String(value)) : nil
    }
    return nil
  }

  private static func withoutPassword(_ user: String) -> String {
    guard let colon = user.firstIndex(of: ":"), colon != user.indices.last else { return user }
    return user[...colon] + replacement
  }

  private static func withoutSecrets(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let ranges = SecretFinder.secrets(in: bytes)
    guard !ranges.isEmpty else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var plain = 0
    for range in ranges {
      result += bytes[plain..<range.lowerBound]
      result += replacement.utf8
      plain = range.upperBound
    }
    result += bytes[plain...]
    return String(decoding: result, as: UTF8.self)
  }
}
