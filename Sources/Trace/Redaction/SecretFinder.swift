/// Finds secrets in one text: an argument, which may itself be a command line, a header, a document or an URL.
enum SecretFinder {
  /// The ranges of the secrets, in order, apart from each other.
  static func secrets(in text: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    let isCurlCommand = mentionsCurl(text)
    var index = 0
    while index < text.endIndex {
      guard let secret = secret(in: text, at: index, isCurlCommand: isCurlCommand) else {
        index += 1
        continue
      }
      if !text[secret].elementsEqual(ArgumentRedactor.replacement.utf8) { ranges.append(secret) }
      index = secret.upperBound
    }
    return ranges
  }

  /// The secret that the byte at `index` begins, or introduces as the separator behind a name.
  private static func secret(in text: [UInt8], at index: Int, isCurlCommand: Bool) -> Range<Int>? {
    switch text[index] {
    case UInt8(ascii: "="): assignedValue(in: text, at: index)
    case UInt8(ascii: ":"): userInformation(in: text, at: index) ?? fieldValue(in: text, at: index)
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"):
      valueBehindWord(in: text, at: index, isCurlCommand: isCurlCommand)
    case UInt8(ascii: "-"): SecretToken.endOfPrivateKey(in: text, at: index).map { index..<$0 }
    default:
      index == 0 || !text[index - 1].isLetterOrDigit
        ? SecretToken.end(in: text, at: index).map { index..<$0 } : nil
    }
  }

  // MARK: NAME=value, --name=value, ?name=value

  private static func assignedValue(in text: [UInt8], at equals: Int) -> Range<Int>? {
    let name = name(in: text, endingAt: equals)
    let start = equals + 1
    guard !name.isEmpty, start < text.endIndex, text[start] != UInt8(ascii: "="), SecretName.isSecret(text[name]) else {
      return nil
    }
    if text[start].isQuote { return quotedValue(in: text, at: start) }
    // A whole argument is one value; inside another text the value is one word.
    let end = name.lowerBound == 0 ? text.endIndex : endOfWord(in: text, from: start)
    return isTruthValue(text[start..<end]) ? nil : nonempty(start..<end)
  }

  // MARK: Name: value, "name": "value"

  private static func fieldValue(in text: [UInt8], at colon: Int) -> Range<Int>? {
    let isQuoted = colon > 0 && text[colon - 1].isQuote
    let name = name(in: text, endingAt: isQuoted ? colon - 1 : colon)
    let start = text[(colon + 1)...].firstIndex { !$0.isBlank } ?? text.endIndex
    guard !name.isEmpty, start < text.endIndex, SecretName.isSecret(text[name]) else { return nil }
    let field = text[name].lowercased
    let isHeader = start > colon + 1 ? field != "auth" && field != "pass" : field.hasSuffix("authorization")
    guard isQuoted || isHeader else { return nil }
    if text[start].isQuote { return quotedValue(in: text, at: start) }
    let end = text[start...].firstIndex { $0.isLineEnd || $0.isQuote || isQuoted && $0 == UInt8(ascii: ",") }
    return nonempty(start..<(end ?? text.endIndex))
  }

  // MARK: scheme://user:password@host, RFC 3986 section 3.2.1

  private static func userInformation(in text: [UInt8], at colon: Int) -> Range<Int>? {
    guard text[colon...].starts(with: "://".utf8) else { return nil }
    let start = colon + 3
    let end = text[start...].firstIndex { $0 <= 0x20 || $0.isQuote || "/?#".utf8.contains($0) } ?? text.endIndex
    guard let at = text[start..<end].lastIndex(of: UInt8(ascii: "@")) else { return nil }
    // A name alone is a token in an URL of the web, and an account elsewhere: ssh://git@host.
    let isWeb = text[..<colon].suffix(5).lowercased.hasSuffix("http") || text[..<colon].suffix(5).lowercased == "https"
    guard isWeb || text[start..<at].contains(UInt8(ascii: ":")) else { return nil }
    return nonempty(start..<at)
  }

  // MARK: --name value, Bearer value, curl -u name:password, each within one text

  private static func valueBehindWord(in text: [UInt8], at blank: Int, isCurlCommand: Bool) -> Range<Int>? {
    let word = name(in: text, endingAt: blank)
    guard !word.isEmpty, blank + 1 < text.endIndex else { return nil }
    let start = text[blank...].firstIndex { !$0.isBlank && !$0.isLineEnd } ?? text.endIndex
    guard start < text.endIndex else { return nil }
    let isFlag = text[word.lowerBound] == UInt8(ascii: "-")
    if text[word].lowercased == "bearer" {
      let end = text[start...].firstIndex { !$0.isTokenByte && !".~+/=".utf8.contains($0) } ?? text.endIndex
      return end - start >= 8 ? start..<end : nil
    }
    guard isFlag, text[start] != UInt8(ascii: "-") else { return nil }
    let value = text[start].isQuote ? quotedValue(in: text, at: start) : start..<endOfWord(in: text, from: start)
    guard let value else { return nil }
    if isCurlCommand, ArgumentRedactor.isCurlUserFlag(String(decoding: text[word], as: UTF8.self)) {
      guard let colon = text[value].firstIndex(of: UInt8(ascii: ":")) else { return nil }
      return nonempty((colon + 1)..<value.upperBound)
    }
    return SecretName.isSecret(text[word]) && !isTruthValue(text[value]) ? nonempty(value) : nil
  }

  // MARK: Pieces

  /// The run of name bytes in front of `end`.
  private static func name(in text: [UInt8], endingAt end: Int) -> Range<Int> {
    var start = end
    while start > 0, text[start - 1].isNameByte, end - start < 256 { start -= 1 }
    return start..<end
  }

  /// What stands between the quote at `quote` and the next of its kind; backslashes escape.
  private static func quotedValue(in text: [UInt8], at quote: Int) -> Range<Int>? {
    var end = quote + 1
    while end < text.endIndex, text[end] != text[quote] {
      end += text[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    return nonempty((quote + 1)..<min(end, text.endIndex))
  }

  private static func endOfWord(in text: [UInt8], from start: Int) -> Int {
    text[start...].firstIndex { $0 <= 0x20 || $0.isQuote || "&;|<>)`".utf8.contains($0) } ?? text.endIndex
  }

  private static func nonempty(_ range: Range<Int>) -> Range<Int>? {
    range.isEmpty ? nil : range
  }

  private static func isTruthValue(_ text: ArraySlice<UInt8>) -> Bool {
    ArgumentRedactor.isTruthValue(String(decoding: text, as: UTF8.self))
  }

  private static func mentionsCurl(_ text: [UInt8]) -> Bool {
    text.indices.contains { text[$0] == UInt8(ascii: "c") && text[$0...].starts(with: "curl".utf8) }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var lowercased: String { String(decoding: self, as: UTF8.self).lowercased() }
}
