import Glibc

/// The value of a `Retry-After` header. RFC 9110, section 10.2.3.
enum RetryAfter {
  /// The wait from `now`, Unix time in seconds, that the header asks for: seconds, or a date in HTTP's preferred form;
  /// nil for any other text.
  static func wait(_ text: String, now: Int) -> Duration? {
    if let seconds = Int(text) { return seconds < 0 ? nil : .seconds(seconds) }
    return date(text).map { .seconds(max(0, $0 - now)) }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Unix time of IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110, section 5.6.7.
  private static func date(_ text: String) -> Int? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT", let day = Int32(words[1]),
      let month = months.firstIndex(of: words[2]), let year = Int32(words[3]),
      (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").map { Int32($0) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2] else { return nil }
    var time = tm()
    (time.tm_mday, time.tm_mon, time.tm_year) = (day, Int32(month), year - 1900)
    (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
    return timegm(&time)
  }
}
