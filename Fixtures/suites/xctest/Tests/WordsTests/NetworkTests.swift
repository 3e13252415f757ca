import Glibc
import XCTest

// The addresses of RFC 5737 are for documentation, nothing answers there: an attempt is enough to be seen.
final class NetworkTests: XCTestCase {
  func testReachesOutOverTCP() {
    XCTAssertNotEqual(attempt(SOCK_STREAM, to: "203.0.113.9", port: 443), 0)
  }

  func testReachesOutOverUDP() {
    // Without a route this is ENETUNREACH, with one 0; both are an attempt.
    XCTAssertTrue([0, ENETUNREACH].contains(attempt(SOCK_DGRAM, to: "198.51.100.7", port: 5353)))
  }
}
