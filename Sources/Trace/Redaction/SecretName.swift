/// Names of flags, variables, headers and fields whose values are secrets.
enum SecretName {
  /// Ends of words that say it: `PGPASSWORD`, `authToken`, `X-Api-Token`.
  private static let endings = [
    "password", "passwords", "passwd", "passphrase", "token", "secret", "secrets", "apikey", "accesskey",
    "credential", "credentials", "authorization", "bearer",
  ]

  /// Last words that say that the value only tells about a secret: `--password-file`, `TOKEN_URL`.
  private static let descriptions: Set<String> = [
    "algorithm", "audience", "count", "dir", "directory", "endpoint", "env", "expiry", "fd", "file", "helper", "id",
    "issuer", "length", "limit", "method", "mode", "name", "path", "plugin", "policy", "prompt", "provider", "py",
    "scope", "stdin", "timeout", "ttl", "type", "uri", "url", "version",
  ]

  /// Whether a name, dashes of a flag included, says that its value is a secret.
  static func isSecret(_ name: some Collection<UInt8>) -> Bool {
    let words = self.words(of: name)
    guard let last = words.last, !descriptions.contains(last), words.first != "no" else { return false }
    for (index, word) in words.enumerated() {
      let isLast = index == words.count - 1
      let previous = index > 0 ? words[index - 1] : ""
      switch word {
      case "auth": if isLast { return true }
      case "pass": return true
      case "pwd": if isLast, !previous.isEmpty, previous != "old" { return true }
      case "key": if previous == "api" || previous == "access" { return true }
      default: if endings.contains(where: word.hasSuffix) { return true }
      }
    }
    return false
  }

  /// `GITHUB_TOKEN`, `--auth-token` and `authToken` are each two words; in lower case.
  private static func words(of name: some Collection<UInt8>) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: UInt8 = 0
    for byte in name {
      let isLetterOrDigit = byte.isNameByte && !"_.-".utf8.contains(byte)
      let isHump = byte.isUppercaseLetter && previous.isLowercaseLetter
      if !isLetterOrDigit || isHump {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isLetterOrDigit { word.unicodeScalars.append(Unicode.Scalar(byte.isUppercaseLetter ? byte | 0x20 : byte)) }
      previous = byte
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

extension UInt8 {
  var isUppercaseLetter: Bool { self >= 0x41 && self <= 0x5A }
  var isLowercaseLetter: Bool { self >= 0x61 && self <= 0x7A }
  var isLetterOrDigit: Bool { isUppercaseLetter || isLowercaseLetter || self >= 0x30 && self <= 0x39 }
  /// A letter, a digit, `_`, `-` or `.`: what names of flags, variables and headers are made of.
  var isNameByte: Bool { isLetterOrDigit || self == 0x5F || self == 0x2D || self == 0x2E }
  /// What base64url and its kin are made of, without the point.
  var isTokenByte: Bool { isLetterOrDigit || self == 0x5F || self == 0x2D }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isLineEnd: Bool { self == 0x0A || self == 0x0D }
  var isQuote: Bool { self == 0x22 || self == 0x27 }
}
