/// Whether a text may hold a secret: never wrong when it says no, and quick, because every argument of every process
/// is asked.
///
/// One pass over the bytes: four of them, in lower case, are looked up among pieces that every secret shows.
enum SecretHints {
  /// Pieces of names and tokens that `SecretFinder` knows. `_` and `-` are told apart, cases are not.
  private static let pieces: [StaticString] = [
    "pass", "_pwd", "-pwd", "oken", "ecre", "pike", "i_ke", "i-ke", "sske", "s_ke", "s-ke", "auth", "cred", "eare",
    "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "b_pa", "pat-", "xoxb", "xoxp", "xoxa", "xoxr", "xoxs", "akia", "asia",
    "_liv", "npm_", "pypi", "----", "curl",
  ]

  private static let jsonWebToken = UInt32(0x65_796A)  // "eyj"

  private static let windows: Set<UInt32> = Set(
    pieces.map { piece in
      piece.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1 | 0x20) } }
    })

  /// By `slot` of a window: 0 where no piece has that slot.
  private static let slots: [UInt8] = {
    var slots = [UInt8](repeating: 0, count: 4096)
    for window in windows { slots[slot(window)] = 1 }
    for last in UInt32(0)...255 { slots[slot(jsonWebToken << 8 | last | 0x20)] = 1 }
    return slots
  }()

  @inline(__always)
  private static func slot(_ window: UInt32) -> Int {
    Int(truncatingIfNeeded: (window &* 0x9E37_79B1) >> 20)
  }

  static func areIn(_ text: String) -> Bool {
    if text.utf8.count < 4 { return false }
    if let found = text.utf8.withContiguousStorageIfAvailable(areIn) { return found }
    return Array(text.utf8).withUnsafeBufferPointer(areIn)
  }

  private static func areIn(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    slots.withUnsafeBufferPointer { slots in
      var window: UInt32 = 0
      for index in text.indices {
        let byte = text[index]
        window = window << 8 | UInt32(byte | 0x20)
        if slots[slot(window)] != 0, windows.contains(window) || window >> 8 == jsonWebToken { return true }
        if byte == UInt8(ascii: "@"), hasScheme(text[..<index]) { return true }
      }
      return false
    }
  }

  private static func hasScheme(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    zip(text, text.dropFirst(2)).contains { $0 == UInt8(ascii: ":") && $1 == UInt8(ascii: "/") }
  }
}
