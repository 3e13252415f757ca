import Testing

@testable import HTTPClient

@Suite struct HTTPURLTests {
  @Test func allPartsAreRead() throws {
    let url = try #require(HTTPURL("HTTPS://me:secret@Collector.example:8443/in/v1%2F?key=1&b#end"))
    #expect(url.isEncrypted && url.host == "Collector.example" && url.port == 8443)
    #expect(url.authority == "Collector.example:8443")
    #expect(url.path == "/in/v1%2F" && url.query == "key=1&b" && url.fragment == "end" && url.user == "me:secret")
  }

  @Test func whatIsNotWrittenIsNotThere() throws {
    let url = try #require(HTTPURL("http://a"))
    #expect(!url.isEncrypted && url.port == 80 && url.authority == "a" && url.path == "")
    #expect(url.query == nil && url.fragment == nil && url.user == nil)
    #expect(HTTPURL("https://a")?.port == 443)
    #expect(HTTPURL("http://a?b")?.query == "b")
  }

  @Test func addressesAreHosts() throws {
    #expect(HTTPURL("http://127.0.0.1:4318")?.host == "127.0.0.1")
    let url = try #require(HTTPURL("https://[2001:db8::1]:4318/x"))
    #expect(url.host == "2001:db8::1" && url.authority == "[2001:db8::1]:4318" && url.port == 4318)
    #expect(HTTPURL("http://[::1]")?.authority == "[::1]")
  }

  @Test(arguments: [
    "", "a", "a:4318", "//a", "/x", "http:", "http://", "http:///x", "http://:80", "http://a:", "http://a:0",
    "http://a:70000", "http://a:x", "ftp://a", "grpc://a", "http://a b", "http://a/b c", "http://a/\r\nb",
    "http://[::1",
    "http://b\u{fc}cher.example", "http://a/\u{e4}",
  ])
  func anythingElseIsNone(text: String) {
    #expect(HTTPURL(text) == nil)
  }
}
