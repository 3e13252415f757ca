import Glibc
import Testing

// The addresses of RFC 5737 are for documentation, nothing answers there: an attempt is enough to be seen.
@Suite
struct NetworkTests {
  @Test
  func reachesOutOverTCP() {
    #expect(attempt(SOCK_STREAM, to: "203.0.113.9", port: 443) != 0)
  }

  @Test
  func reachesOutOverUDP() {
    // Without a route this is ENETUNREACH, with one 0; both are an attempt.
    #expect([0, ENETUNREACH].contains(attempt(SOCK_DGRAM, to: "198.51.100.7", port: 5353)))
  }
}
