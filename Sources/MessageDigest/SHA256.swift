private import CMessageDigest

/// SHA-256 of bytes (FIPS 180-4), computed by libmd.
public enum SHA256 {
  /// The 32 bytes of the digest.
  public static func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var context = SHA2_CTX()
    SHA256Init(&context)
    let contiguous = Array(bytes)
    contiguous.withUnsafeBufferPointer { SHA256Update(&context, $0.baseAddress, $0.count) }
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    digest.withUnsafeMutableBufferPointer { SHA256Final($0.baseAddress, &context) }
    return digest
  }

  /// The digest in lower-case hexadecimal.
  public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    digest(bytes).hexadecimal
  }
}

/// SHA-256 of bytes that come in pieces.
public struct SHA256Stream: ~Copyable {
  private var context = SHA2_CTX()

  public init() {
    SHA256Init(&context)
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    SHA256Update(&context, base.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// The digest of everything, in lower-case hexadecimal.
  public consuming func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    digest.withUnsafeMutableBufferPointer { SHA256Final($0.baseAddress, &context) }
    return digest.hexadecimal
  }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal, two digits a byte.
  public var hexadecimal: String {
    var text = ""
    for byte in self {
      if byte < 16 { text.append("0") }
      text.append(String(byte, radix: 16))
    }
    return text
  }
}
