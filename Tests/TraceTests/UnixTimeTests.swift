import Testing
import Trace

@Suite struct UnixTimeTests {
  @Test func writesRFC3339InUTC() {
    #expect(UnixTime(nanoseconds: 0).description == "1970-01-01T00:00:00.000000000Z")
    #expect(UnixTime(nanoseconds: 1_709_210_096_000_000_789).description == "2024-02-29T12:34:56.000000789Z")
    #expect(UnixTime(nanoseconds: 1_709_210_096_999_999_999).secondText == "2024-02-29T12:34:56")
  }
}
