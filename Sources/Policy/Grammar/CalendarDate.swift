/// A day of the Gregorian calendar, in UTC.
public struct CalendarDate: Hashable, Sendable {
  public var year: Int
  public var month: Int
  public var day: Int

  private init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Reads `2027-03-01` (RFC 3339 full-date).
  ///
  /// - Throws: ``GrammarError`` where the text is no such day.
  public init(_ text: String) throws(GrammarError) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let numbers = parts.map { part in
      part.allSatisfy { (0x30...0x39).contains($0) } ? Int(String(Substring(part))) : nil
    }
    guard parts.map(\.count) == [4, 2, 2], let year = numbers[0], let month = numbers[1], let day = numbers[2],
      (1...12).contains(month), (1...Self.length(ofMonth: month, year: year)).contains(day)
    else {
      throw .expected("a date as 2027-03-01", found: text)
    }
    self.init(year: year, month: month, day: day)
  }

  /// The day that contains a moment, in seconds since 1970-01-01T00:00:00Z.
  public init(unixSeconds: Int64) {
    // 400 years are 146,097 days, whichever year they start in.
    let sinceEpoch = unixSeconds / 86_400 - (unixSeconds % 86_400 < 0 ? 1 : 0)
    var days = sinceEpoch % 146_097
    if days < 0 { days += 146_097 }
    var year = 1970 + Int((sinceEpoch - days) / 146_097) * 400
    while days >= Self.length(ofYear: year) {
      days -= Self.length(ofYear: year)
      year += 1
    }
    var month = 1
    while days >= Int64(Self.length(ofMonth: month, year: year)) {
      days -= Int64(Self.length(ofMonth: month, year: year))
      month += 1
    }
    self.init(year: year, month: month, day: Int(days) + 1)
  }

  private static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  private static func length(ofYear year: Int) -> Int64 { isLeap(year) ? 366 : 365 }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

extension CalendarDate: Comparable {
  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

extension CalendarDate: CustomStringConvertible {
  /// `2027-03-01`.
  public var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}
