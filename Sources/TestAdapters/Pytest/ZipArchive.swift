import CZlib

/// A zip archive without compression. PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
enum ZipArchive {
  static func stored(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      let common = description(of: file.bytes, nameLength: file.name.utf8.count)
      let offset = UInt32(archive.count)
      archive += bytes(UInt32(0x0403_4B50)) + common + file.name.utf8 + file.bytes
      directory += bytes(UInt32(0x0201_4B50)) + bytes(version) + common
      // No comment, disk 0, no attributes.
      directory += [UInt8](repeating: 0, count: 10) + bytes(offset) + file.name.utf8
    }
    let count = UInt16(files.count)
    let start = UInt32(archive.count)
    archive += directory + bytes(UInt32(0x0605_4B50)) + bytes(UInt32(0)) + bytes(count) + bytes(count)
    archive += bytes(UInt32(directory.count)) + bytes(start) + bytes(UInt16(0))
    return archive
  }

  private static let version: UInt16 = 20
  /// 1980-01-01, the first day of the format.
  private static let date: UInt16 = 1 << 5 | 1

  /// What the local header and the directory share, from the needed version to the extra field's length.
  private static func description(of file: [UInt8], nameLength: Int) -> [UInt8] {
    let size = bytes(UInt32(file.count))
    let utf8Names: UInt16 = 1 << 11
    return bytes(version) + bytes(utf8Names) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(date)
      + bytes(checksum(file)) + size + size + bytes(UInt16(nameLength)) + bytes(UInt16(0))
  }

  /// CRC-32 of ISO 3309.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
