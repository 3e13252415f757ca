import CElf
import CZlib
import Glibc

/// The compiled kernel programs, as an ELF object in memory.
enum ObjectImage {
  /// Unpacks an embedded object: gzip (RFC 1952) as base64 text (RFC 4648 section 4).
  static func unpack(_ embedded: StaticString) -> [UInt8] {
    inflate(embedded.withUTF8Buffer { decode(base64: $0) })
  }

  private static func inflate(_ compressed: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's header in place of zlib's.
    let begun = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(begun == Z_OK, "zlib has no memory, or is another version than its header")
    defer { inflateEnd(&stream) }
    // gzip ends with the size of what it holds, least significant byte first.
    let size = compressed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    var input = compressed
    return [UInt8](unsafeUninitializedCapacity: size) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size)
        let ended = CZlib.inflate(&stream, Z_FINISH)
        precondition(ended == Z_STREAM_END, "an embedded object is damaged")
      }
      count = size
    }
  }

  static func decode(base64 text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let none: UInt8 = 64
    var values = [UInt8](repeating: none, count: 256)
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
    return [UInt8](unsafeUninitializedCapacity: (text.count + 3) / 4 * 3) { bytes, count in
      var bits: UInt32 = 0
      var digits = 0
      func write(_ group: UInt32, _ length: Int) {
        for place in 0..<length { bytes[count + place] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place)) }
        count += length
      }
      for character in text {
        let value = values[Int(character)]
        if value == none { break }
        bits = bits << 6 | UInt32(value)
        digits += 1
        if digits % 4 == 0 { write(bits, 3) }
      }
      let rest = digits % 4
      if rest > 1 { write(bits << UInt32(6 * (4 - rest)), rest - 1) }
    }
  }

  /// The programs' own type information, the section `.BTF` of an object. Documentation/bpf/btf.rst of Linux
  static func withTypes<Result>(of image: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
    image.withUnsafeBytes { bytes in
      // It is only read: nothing has to be converted in an object of this machine's byte order.
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      guard elf_version(UInt32(EV_CURRENT)) != EV_NONE, let elf = elf_memory(start, bytes.count) else { return nil }
      defer { elf_end(elf) }
      var names = 0
      guard elf_getshdrstrndx(elf, &names) == 0 else { return nil }
      var next = elf_nextscn(elf, nil)
      while let section = next {
        var header = GElf_Shdr()
        if gelf_getshdr(section, &header) != nil, let name = elf_strptr(elf, names, Int(header.sh_name)),
          strcmp(name, ".BTF") == 0, let data = elf_rawdata(section, nil)
        {
          return body(UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size))
        }
        next = elf_nextscn(elf, section)
      }
      return nil
    }
  }
}
