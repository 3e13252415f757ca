/// Numbers with their units, for people.
enum Quantity {
  /// `1 process`, `2 processes`, `0 lookups`.
  static func count(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `0.137`: seconds with three decimals, rounded.
  static func seconds(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 >= 500_000 ? 1 : 0)
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
  }

  /// `870 µs`, `12.3 ms`, `4.1 s`, `3 min 5 s`.
  static func duration(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<1_000_000: "\(nanoseconds / 1000) µs"
    case ..<1_000_000_000: "\(tenths(nanoseconds, of: 1_000_000)) ms"
    case ..<60_000_000_000: "\(tenths(nanoseconds, of: 1_000_000_000)) s"
    default: "\(nanoseconds / 60_000_000_000) min \(nanoseconds / 1_000_000_000 % 60) s"
    }
  }

  /// `512 B`, `1.5 kB`, `2.0 MB`: powers of 1000.
  static func bytes(_ number: UInt64) -> String {
    switch number {
    case ..<1000: "\(number) B"
    case ..<1_000_000: "\(tenths(number, of: 1000)) kB"
    case ..<1_000_000_000: "\(tenths(number, of: 1_000_000)) MB"
    default: "\(tenths(number, of: 1_000_000_000)) GB"
    }
  }

  private static func tenths(_ number: UInt64, of unit: UInt64) -> String {
    "\(number / unit).\(number % unit * 10 / unit)"
  }
}
