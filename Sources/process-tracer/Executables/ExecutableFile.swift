import CElf
import Glibc
import MessageDigest
import Trace

/// One executable's file.
enum ExecutableFile {
  /// Larger files are not read.
  private static let sizeLimit: UInt64 = 4 << 30
  /// File times are taken from a clock that ticks this seldom, in nanoseconds (a jiffy of CONFIG_HZ=100).
  private static let clockTick: UInt64 = 10_000_000

  /// - Parameter executedAt: nanoseconds of Unix time of the first execution.
  static func identity(of path: String, executedAt: UInt64) -> ExecutableIdentity {
    // What stands there now may be anything: a pipe must not block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let isGone = errno == ENOENT || errno == ENOTDIR
      return ExecutableIdentity(path: path, state: isGone ? .gone : .unreadable)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return ExecutableIdentity(path: path, state: .unreadable) }
    guard status.st_mode & S_IFMT == S_IFREG else { return ExecutableIdentity(path: path, state: .gone) }
    var identity = ExecutableIdentity(path: path, state: .unreadable, size: UInt64(status.st_size))
    identity.isSetUID = status.st_mode & S_ISUID != 0
    identity.isSetGID = status.st_mode & S_ISGID != 0
    guard identity.size <= sizeLimit, let digest = digest(descriptor) else { return identity }
    let changed = UInt64(status.st_ctim.tv_sec) * 1_000_000_000 + UInt64(status.st_ctim.tv_nsec)
    identity.state = changed + clockTick > executedAt ? .changed : .unchanged
    identity.sha256 = digest
    identity.buildID = buildID(descriptor)
    return identity
  }

  private static func digest(_ descriptor: Int32) -> String? {
    var stream = SHA256Stream()
    var left = sizeLimit
    let isWhole = withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer -> Bool in
      while left > 0 {
        let got = read(descriptor, buffer.baseAddress, buffer.count)
        if got < 0, errno == EINTR { continue }
        if got <= 0 { return got == 0 }
        stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        left -= min(left, UInt64(got))
      }
      return false
    }
    let digest = stream.hexadecimal()
    return isWhole ? digest : nil
  }

  /// The descriptor of the note NT_GNU_BUILD_ID, elf(5).
  private static func buildID(_ descriptor: Int32) -> String? {
    guard elf_version(UInt32(EV_CURRENT)) != EV_NONE, let elf = elf_begin(descriptor, ELF_C_READ, nil) else {
      return nil
    }
    defer { elf_end(elf) }
    var count = 0
    guard elf_kind(elf) == ELF_K_ELF, elf_getphdrnum(elf, &count) == 0 else { return nil }
    for index in 0..<Int32(clamping: count) {
      var segment = GElf_Phdr()
      guard gelf_getphdr(elf, index, &segment) != nil, segment.p_type == PT_NOTE,
        let data = elf_getdata_rawchunk(
          elf, Int64(bitPattern: segment.p_offset), Int(segment.p_filesz),
          segment.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR)
      else { continue }
      if let found = buildID(in: data) { return found }
    }
    return nil
  }

  private static func buildID(in data: UnsafeMutablePointer<Elf_Data>) -> String? {
    var offset = 0
    var note = GElf_Nhdr()
    var name = 0
    var content = 0
    while true {
      let next = gelf_getnote(data, offset, &note, &name, &content)
      guard next > 0, let base = data.pointee.d_buf else { return nil }
      let bytes = UnsafeRawBufferPointer(start: base, count: Int(data.pointee.d_size))
      if note.n_type == NT_GNU_BUILD_ID, bytes[name..<name + Int(note.n_namesz)].elementsEqual("GNU\0".utf8) {
        return bytes[content..<content + Int(note.n_descsz)].hexadecimal
      }
      offset = next
    }
  }
}
