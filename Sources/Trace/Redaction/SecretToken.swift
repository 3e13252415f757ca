/// Texts that are secrets by their own form, whatever they are called.
enum SecretToken {
  private struct Form: Sendable {
    var prefix: [UInt8]
    /// How many bytes must follow the prefix, so that names which only begin alike are left alone.
    var minimum: Int
    var isBodyByte: @Sendable (UInt8) -> Bool

    init(_ prefix: String, minimum: Int, _ isBodyByte: @escaping @Sendable (UInt8) -> Bool) {
      self.prefix = Array(prefix.utf8)
      self.minimum = minimum
      self.isBodyByte = isBodyByte
    }
  }

  private static let forms: [Form] = [
    // GitHub, docs.github.com "About authentication to GitHub": token formats.
    Form("ghp_", minimum: 10, \.isLetterOrDigit), Form("gho_", minimum: 10, \.isLetterOrDigit),
    Form("ghs_", minimum: 10, \.isTokenByte), Form("ghu_", minimum: 10, \.isLetterOrDigit),
    Form("ghr_", minimum: 10, \.isLetterOrDigit), Form("github_pat_", minimum: 10, \.isTokenByte),
    // GitLab, docs.gitlab.com "Token overview".
    Form("glpat-", minimum: 10, { $0.isTokenByte || $0 == UInt8(ascii: ".") }),
    // Slack, api.slack.com "Token types".
    Form("xoxb-", minimum: 8, \.isTokenByte), Form("xoxp-", minimum: 8, \.isTokenByte),
    Form("xoxa-", minimum: 8, \.isTokenByte), Form("xoxr-", minimum: 8, \.isTokenByte),
    Form("xoxs-", minimum: 8, \.isTokenByte),
    // AWS IAM "Unique identifiers": access keys, temporary ones too.
    Form("AKIA", minimum: 16, { $0.isLetterOrDigit && !$0.isLowercaseLetter }),
    Form("ASIA", minimum: 16, { $0.isLetterOrDigit && !$0.isLowercaseLetter }),
    // Stripe, npm, PyPI.
    Form("sk_live_", minimum: 8, \.isLetterOrDigit), Form("rk_live_", minimum: 8, \.isLetterOrDigit),
    Form("npm_", minimum: 20, \.isLetterOrDigit), Form("pypi-", minimum: 20, \.isTokenByte),
  ]

  /// The end of a token that starts at `start`, which must be the first byte of a word; nil where none does.
  static func end(in text: [UInt8], at start: Int) -> Int? {
    for form in forms where text[start...].starts(with: form.prefix) {
      let body = start + form.prefix.count
      let end = text[body...].firstIndex { !form.isBodyByte($0) } ?? text.endIndex
      if end - body >= form.minimum { return end }
    }
    return endOfJSONWebToken(in: text, at: start)
  }

  /// RFC 7519: three base64url parts, the first a JSON object, the last empty where unsigned.
  private static func endOfJSONWebToken(in text: [UInt8], at start: Int) -> Int? {
    guard text[start...].starts(with: "eyJ".utf8) else { return nil }
    var end = start
    for part in 0..<3 {
      let partEnd = text[end...].firstIndex { !$0.isTokenByte } ?? text.endIndex
      if part < 2 {
        guard partEnd - end >= 4, partEnd < text.endIndex, text[partEnd] == UInt8(ascii: ".") else { return nil }
      }
      end = part < 2 ? partEnd + 1 : partEnd
    }
    return end
  }

  /// The end of a PEM block with a private key that starts at `start`: RFC 7468 section 10 and its older kin.
  static func endOfPrivateKey(in text: [UInt8], at start: Int) -> Int? {
    guard text[start...].starts(with: "-----BEGIN ".utf8) else { return nil }
    let label = text[(start + 11)...].prefix { $0 != UInt8(ascii: "-") }
    guard String(decoding: label, as: UTF8.self).hasSuffix("PRIVATE KEY") else { return nil }
    let marker = Array("-----END ".utf8)
    var index = label.endIndex
    while index < text.endIndex {
      if text[index...].starts(with: marker) {
        let labelEnd = text[(index + marker.count)...].firstIndex(of: UInt8(ascii: "-")) ?? text.endIndex
        return text[labelEnd...].firstIndex { $0 != UInt8(ascii: "-") } ?? text.endIndex
      }
      index += 1
    }
    return text.endIndex
  }
}
