extension MemoryLayout {
  /// What to put into the `sz` of libbpf's option structures: the bytes through `last`, the last field that libbpf
  /// knows. It refuses options with anything but zero behind that (libbpf_internal.h, `libbpf_validate_opts`), and
  /// Swift leaves the padding at the end of a structure undefined.
  static func size<Field>(through last: KeyPath<T, Field>) -> Int {
    guard let offset = offset(of: last) else { preconditionFailure("a stored field has an offset") }
    return offset + MemoryLayout<Field>.size
  }
}
