import Policy
import Testing

@testable import SessionService

@Suite struct SessionRequestTests {
  private let whole = "activity\tversion=1\ttest=32\tsecret=abc"

  @Test func readsWhatIsAsked() throws {
    let request = try SessionRequest("\(whole)\tuntil=7\tnet=192.0.2.0/24\trun=git\targv=clone *\tparent=make")
    #expect(request.scope == 2)
    #expect(request.secret == "abc")
    #expect(request.checkpoint == 7)
    #expect(request.destinations.count == 1)
    #expect(request.programs.first?.arguments != nil)
    #expect(request.programs.first?.parent != nil)
  }

  @Test(arguments: [
    "", "hello", "activity", "activity\tversion=1", "activity\tversion=1\ttest=32",
    "activity\tversion=1\ttest=x\tsecret=a",
    "activity\tversion=1\ttest=32\tsecret=", "activity\tversion=1\ttest=32\tsecret=a\tuntil=-1",
    "activity\tversion=1\ttest=32\tsecret=a\targv=x", "activity\tversion=1\ttest=32\tsecret=a\tmore=1",
    "activity\tversion=1\ttest=32\tsecret=a\\q", "activity\t=1", "activity\tversion",
  ])
  func refusesWhatIsMalformed(_ text: String) {
    #expect { try SessionRequest(text) } throws: { error in
      switch error as? SessionRefusal {
      case .malformed, .version: true
      default: false
      }
    }
  }

  @Test func refusesAnotherVersion() {
    #expect(throws: SessionRefusal.version) {
      try SessionRequest("activity\tversion=2\ttest=32\tsecret=abc")
    }
  }

  @Test func refusesTooManyQueries() {
    let queries = String(repeating: "\tnet=loopback", count: SessionRequest.queryLimit + 1)
    #expect { try SessionRequest(whole + queries) } throws: {
      ($0 as? SessionRefusal)?.reason.contains("queries") == true
    }
  }

  @Test func aDestinationThatIsNoneIsTheAuthorsSlip() {
    #expect { try SessionRequest("\(whole)\tnet=300.1.2.3:x") } throws: {
      ($0 as? SessionRefusal)?.isSuspicious == false
    }
  }
}

@Suite struct SessionLineTests {
  @Test(arguments: ["plain", "tab\tand\nline", "back\\slash\r\n", "nul\0", "\u{301}combining", "=a=b"])
  func valuesComeBackAsTheyWere(_ value: String) throws {
    var line = SessionLine("word")
    line.append("key", value)
    line.append("other", 1)
    #expect(!line.text.contains("\n"))
    let read = try #require(SessionLine(line.text))
    #expect(read.fields.map(\.value) == [value, "1"])
    #expect(read.fields.map(\.key) == ["key", "other"])
  }
}
