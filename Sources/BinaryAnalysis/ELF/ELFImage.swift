import CElf
import Glibc

/// An ELF file of x86-64, opened for reading; closed with the value. elf(5)
public struct ELFImage: ~Copyable {
  public let path: String
  private let descriptor: Int32
  private let elf: OpaquePointer
  /// The whole file, read: in a private mapping the kernel would show the breakpoints of other sessions' probes.
  private let file: UnsafeRawBufferPointer
  private let segments: [GElf_Phdr]
  /// Virtual addresses of `.text`, where a relative call goes from and to.
  public let text: Range<UInt64>

  /// Throws where the file cannot be read or is something else.
  public init(path: String) throws(BinaryError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw BinaryError("cannot read \(path): \(String(cString: strerror(errno)))") }
    guard elf_version(UInt32(EV_CURRENT)) != EV_NONE, let elf = elf_begin(descriptor, ELF_C_READ, nil) else {
      close(descriptor)
      throw BinaryError("\(path) cannot be read as ELF")
    }
    var size = 0
    var header = GElf_Ehdr()
    guard let bytes = elf_rawfile(elf, &size), gelf_getehdr(elf, &header) != nil,
      Int32(header.e_machine) == EM_X86_64
    else {
      elf_end(elf)
      close(descriptor)
      throw BinaryError("\(path) is no x86-64 ELF file")
    }
    self.path = path
    self.descriptor = descriptor
    self.elf = elf
    file = UnsafeRawBufferPointer(start: bytes, count: size)
    segments = Self.loadedSegments(elf)
    text = Self.sections(elf).first { $0.name == ".text" }.map { $0.address..<$0.address + $0.size } ?? 0..<0
  }

  deinit {
    elf_end(elf)
    close(descriptor)
  }

  // MARK: Bytes

  /// Where the byte at a virtual address is in the file; nil where it is not in it.
  public func fileOffset(of address: UInt64) -> UInt64? {
    segments.first { $0.p_vaddr <= address && address < $0.p_vaddr + $0.p_filesz }
      .map { address - $0.p_vaddr + $0.p_offset }
  }

  /// The bytes from a virtual address on; none where they are not in the file.
  public func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer? {
    guard let offset = fileOffset(of: address), count >= 0, offset <= UInt64(file.count),
      UInt64(count) <= UInt64(file.count) - offset
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: file[Int(offset)..<Int(offset) + count])
  }

  /// The number at a virtual address, as the file has it: relocations are not applied.
  public func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ address: UInt64, as type: Number.Type
  ) throws(BinaryError) -> Number {
    guard let bytes = bytes(at: address, count: MemoryLayout<Number>.size) else {
      throw BinaryError("\(path) has nothing at 0x\(String(address, radix: 16))")
    }
    return bytes.loadUnaligned(as: Number.self)
  }

  /// The address that a 32-bit relative pointer leads to; nil for a null pointer.
  public func relativeTarget(at address: UInt64) throws(BinaryError) -> UInt64? {
    let offset = try load(address, as: Int32.self)
    return offset == 0 ? nil : UInt64(truncatingIfNeeded: Int64(bitPattern: address) + Int64(offset))
  }

  /// The bytes up to a NUL.
  public func string(at address: UInt64) throws(BinaryError) -> String {
    guard let offset = fileOffset(of: address), let end = file[Int(offset)...].firstIndex(of: 0) else {
      throw BinaryError("\(path) has no string at 0x\(String(address, radix: 16))")
    }
    return String(decoding: file[Int(offset)..<end], as: UTF8.self)
  }

  // MARK: Symbols

  /// Hands over every defined symbol that has a name: those of `.symtab`, or of `.dynsym` in a stripped file.
  public func forEachSymbol(_ body: (UnsafePointer<CChar>, Symbol) -> Void) {
    let tables = Self.sections(elf)
    guard let table = tables.first(where: { $0.type == SHT_SYMTAB }) ?? tables.first(where: { $0.type == SHT_DYNSYM })
    else { return }
    guard let data = elf_getdata(table.section, nil), table.entrySize > 0 else { return }
    for index in 0..<Int32(table.size / table.entrySize) {
      var symbol = GElf_Sym()
      guard gelf_getsym(data, index, &symbol) != nil, symbol.st_shndx != SHN_UNDEF,
        let name = elf_strptr(elf, Int(table.link), Int(symbol.st_name)), name.pointee != 0
      else { continue }
      body(name, Symbol(address: symbol.st_value, size: symbol.st_size))
    }
  }

  /// Defined symbols by name, of those that `isWanted`.
  public func symbols(where isWanted: (String) -> Bool) -> [String: Symbol] {
    var symbols: [String: Symbol] = [:]
    forEachSymbol { name, symbol in
      let name = String(cString: name)
      if isWanted(name) { symbols[name] = symbol }
    }
    return symbols
  }

  /// What the dynamic linker is to do at an address when it loads the file; nil for nothing.
  public func relocation(at address: UInt64) -> (type: UInt32, addend: Int64)? {
    for table in Self.sections(elf) where table.type == SHT_RELA && table.entrySize > 0 {
      guard let data = elf_getdata(table.section, nil) else { continue }
      for index in 0..<Int32(table.size / table.entrySize) {
        var relocation = GElf_Rela()
        if gelf_getrela(data, index, &relocation) != nil, relocation.r_offset == address {
          return (UInt32(truncatingIfNeeded: relocation.r_info), relocation.r_addend)
        }
      }
    }
    return nil
  }

  /// What the dynamic linker is told: libraries by name, and where to look for them first.
  public func dynamicLinking() -> (libraries: [String], searchPath: [String]) {
    var libraries: [String] = []
    var searchPath: [String] = []
    for table in Self.sections(elf) where table.type == SHT_DYNAMIC {
      guard let data = elf_getdata(table.section, nil), table.entrySize > 0 else { continue }
      for index in 0..<Int32(table.size / table.entrySize) {
        var entry = GElf_Dyn()
        guard gelf_getdyn(data, index, &entry) != nil,
          [DT_NEEDED, DT_RUNPATH, DT_RPATH].contains(Int32(truncatingIfNeeded: entry.d_tag)),
          let text = elf_strptr(elf, Int(table.link), Int(entry.d_un.d_val))
        else { continue }
        if entry.d_tag == Int64(DT_NEEDED) {
          libraries.append(String(cString: text))
        } else {
          searchPath += String(cString: text).split(separator: ":").map(String.init)
        }
      }
    }
    return (libraries, searchPath)
  }

  // MARK: Sections

  /// Virtual addresses of a section; nil where there is none of that name.
  public func section(named name: String) -> Range<UInt64>? {
    Self.sections(elf).first { $0.name == name }.map { $0.address..<$0.address + $0.size }
  }

  private struct Section {
    var section: OpaquePointer
    var name: String
    var type: UInt32
    var address: UInt64
    var size: UInt64
    var entrySize: UInt64
    var link: UInt32
  }

  private static func sections(_ elf: OpaquePointer) -> [Section] {
    var names = 0
    guard elf_getshdrstrndx(elf, &names) == 0 else { return [] }
    var sections: [Section] = []
    var next = elf_nextscn(elf, nil)
    while let section = next {
      var header = GElf_Shdr()
      if gelf_getshdr(section, &header) != nil {
        sections.append(
          Section(
            section: section, name: elf_strptr(elf, names, Int(header.sh_name)).map { String(cString: $0) } ?? "",
            type: header.sh_type, address: header.sh_addr, size: header.sh_size, entrySize: header.sh_entsize,
            link: header.sh_link))
      }
      next = elf_nextscn(elf, section)
    }
    return sections
  }

  private static func loadedSegments(_ elf: OpaquePointer) -> [GElf_Phdr] {
    var count = 0
    guard elf_getphdrnum(elf, &count) == 0 else { return [] }
    return (0..<Int32(count)).compactMap { index in
      var segment = GElf_Phdr()
      return gelf_getphdr(elf, index, &segment) != nil && segment.p_type == UInt32(PT_LOAD) ? segment : nil
    }
  }
}

/// A defined symbol of an ELF file.
public struct Symbol: Hashable, Sendable {
  /// Virtual, as the file is linked.
  public var address: UInt64
  public var size: UInt64

  public var range: Range<UInt64> { address..<address + size }
}

/// Why a binary does not tell what was looked for: half a sentence.
public struct BinaryError: Error, Hashable, Sendable {
  public var reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}
