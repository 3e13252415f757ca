import Testing

@testable import Policy

@Suite struct PatternTests {
  @Test(arguments: [
    ("/usr/**/git", "/usr/git", true), ("/usr/**/git", "/usr/a/b/git", true), ("/usr/**/git", "/usrx/git", false),
    ("/usr/*/git", "/usr/a/git", true), ("/usr/*/git", "/usr/a/b/git", false), ("/usr/**", "/usr/a/b", true),
    ("/a/?", "/a/é", true), ("/a/?", "/a//", false), ("/a/?", "/a/bc", false), ("**/x", "/b/x", true),
    ("*", "", true), ("a*b*c", "axbxbc", true), ("a*b*c", "axbxb", false),
  ])
  func pathGlobs(_ pattern: String, _ text: String, _ matches: Bool) {
    #expect(Glob(pattern, slashSeparates: true).matches(text) == matches)
  }

  @Test func testNamesHaveNoComponents() {
    #expect(Glob("test_net.py::*", slashSeparates: false).matches("test_net.py::test_a[x/y]"))
    #expect(Glob("Test?/*", slashSeparates: false).matches("TestX/a/b"))
  }

  @Test func manyStarsTakeNoExponentialTime() {
    let glob = Glob(String(repeating: "*a", count: 100), slashSeparates: true)
    #expect(!glob.matches(String(repeating: "a", count: 4000) + "b"))
  }

  @Test(arguments: [
    ("git", "/usr/bin/git", true), ("git", "/usr/bin/gitk", false), ("/usr/bin/git", "/usr/bin/git", true),
    ("/usr/bin/git", "/opt/usr/bin/git", false), ("python3*", "/usr/bin/python3.12", true),
    ("/usr/libexec/swift/**", "/usr/libexec/swift/a/b", true), ("**/git", "/opt/bin/git", true),
  ])
  func programs(_ pattern: String, _ path: String, _ matches: Bool) throws {
    #expect(try ProgramPattern(pattern).match(path: path, isCut: false) == (matches ? .yes : .no))
  }

  @Test(arguments: [
    ("git", "c/bin/git", RuleMatch.yes), ("curl", "c/bin/git", .no), ("git", "git", .unknown),
    ("/a/b/c/bin/git", "c/bin/git", .unknown), ("/bin/curl", "c/bin/git", .no), ("/a/**", "c/bin/git", .unknown),
  ])
  func cutPathsDecideWhatTheyCan(_ pattern: String, _ path: String, _ match: RuleMatch) throws {
    #expect(try ProgramPattern(pattern).match(path: path, isCut: true) == match)
  }

  @Test(arguments: [
    ("", #"expected a file name, an absolute path, or a glob with *, ** and ?, found """#),
    (
      "bin/git",
      #"expected a file name, an absolute path, or a glob with *, ** and ?; for any directory write "**/bin/git", found "bin/git""#
    ),
    (
      "/usr/bin/",
      #"expected a file name, an absolute path, or a glob with *, ** and ?; for all below a directory write "/usr/bin/**", found "/usr/bin/""#
    ),
  ])
  func refusedPrograms(_ text: String, _ message: String) {
    let error = #expect(throws: GrammarError.self) { try ProgramPattern(text) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["2027-02-29", "2027-13-01", "27-01-01", "2027-1-1", "2027-01-00", "tomorrow", "2027-01-01-01"])
  func refusedDates(_ text: String) {
    #expect(throws: GrammarError.expected("a date as 2027-03-01", found: text)) { try CalendarDate(text) }
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01"), (951_782_399, "2000-02-28"), (951_782_400, "2000-02-29"), (4_102_444_800, "2100-01-01"),
    (-1, "1969-12-31"), (1_700_000_000, "2023-11-14"),
  ])
  func datesOfMoments(_ seconds: Int64, _ text: String) throws {
    #expect(CalendarDate(unixSeconds: seconds).description == text)
    #expect(try CalendarDate(text) == CalendarDate(unixSeconds: seconds))
  }
}
