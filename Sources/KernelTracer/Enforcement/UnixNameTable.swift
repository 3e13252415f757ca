import CKernelABI
import Trace

/// The kernel's table of unix sockets' names: each entry has what the shorter ones around it say as well, for only the
/// longest that fits is looked up.
enum UnixNameTable {
  static func entries(_ names: [EnforcementTable.UnixName]) -> [(key: unix_name_key, rule: unix_name_rule)] {
    Set(names.map(\.bytes)).map { bytes in
      let around = names.filter { bytes.starts(with: $0.bytes) }
      let directories = around.filter { $0.extent == .inDirectory }.map(\.bytes.count)
      let isExact = names.contains { $0.bytes == bytes && $0.extent == .exact }
      let rule = unix_name_rule(
        exact: isExact ? UInt16(bytes.count) : 0, directory_length: directories.max().map { UInt16($0) } ?? noDirectory,
        below: around.contains { $0.extent == .below } ? 1 : 0)
      var key = unix_name_key()
      key.prefix_length = UInt32(bytes.count * 8)
      withUnsafeMutableBytes(of: &key.path) { $0.copyBytes(from: bytes) }
      return (key, rule)
    }
  }

  private static let noDirectory = UInt16(NO_DIRECTORY)
}
