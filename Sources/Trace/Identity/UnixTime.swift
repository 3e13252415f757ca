private import Glibc

/// A moment in nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct UnixTime: Hashable, Sendable {
  public var nanoseconds: UInt64

  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// `2026-11-23T00:30:38`: the second it lies in, in UTC and without a zone.
  public var secondText: String {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func pad(_ number: Int32, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let date = "\(pad(parts.tm_year + 1900, 4))-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))"
    return "\(date)T\(pad(parts.tm_hour, 2)):\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2))"
  }
}

extension UnixTime: CustomStringConvertible {
  /// RFC 3339 in UTC with nine digits of a second: `2026-11-23T00:30:38.137666000Z`.
  public var description: String {
    let fraction = String(nanoseconds % 1_000_000_000)
    return "\(secondText).\(String(repeating: "0", count: 9 - fraction.utf8.count))\(fraction)Z"
  }
}
