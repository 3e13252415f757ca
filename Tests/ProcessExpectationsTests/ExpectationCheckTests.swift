import Testing

@testable import ProcessActivity

/// Expectations against answers of the session socket, without a tracer.
@Suite struct ExpectationCheckTests {
  private func violations(_ expectations: ActivityExpectation..., answer lines: String...) -> [Violation] {
    let whole = ["activity\tversion=1\tlost=0\tomitted=0"] + lines + ["end"]
    let activity = Activity(whole.map { SessionLine(Array($0.utf8)) })
    return ExpectationCheck(activity).violations(expectations, ActivityQueries(expectations))
  }

  private func connection(_ place: String, level: String = "exact", _ more: String = "") -> String {
    "connection\tdirection=connect\tprotocol=tcp\tpeer=203.0.113.9:443\tdestination=tcp://203.0.113.9:443\tplace=\(place)"
      + "\ttime=12300000\tlevel=\(level)\tpid=7\tprogram=curl\tfrom=sh(6)\tfrom=xctest(5)\(more)"
  }

  private func process(_ name: String, level: String = "exact", _ more: String = "\tend=5\texit=0") -> String {
    "process\tpid=9\ttime=1000000\tlevel=\(level)\tparent=5\texecs=1\tpath=/bin/\(name)\targ=\(name)\tfrom=sh(6)\(more)"
  }

  @Test func egressIsToldWithAllThatIsKnownOfIt() throws {
    let violation = try #require(violations(.noEgress, answer: connection("outside")).first)
    #expect(violation.isExact)
    for part in ["expected no egress", "curl(7)", "tcp://203.0.113.9:443", "sh(6) ← xctest(5)", "12.3 ms", "exact"] {
      #expect(violation.text.contains(part))
    }
  }

  @Test(arguments: ["loopback", "self", "dns"]) func whatStaysOnTheMachineIsNoEgress(_ place: String) {
    #expect(violations(.noEgress, answer: connection(place)).isEmpty)
  }

  @Test func whatIsAllowedIsExempt() {
    let allowed = ActivityExpectation.allowsEgress(to: "203.0.113.9", "198.51.100.0/24")
    #expect(violations(.noEgress, allowed, answer: connection("outside", "\tnet=1")).isEmpty)
    #expect(violations(allowed, answer: connection("outside")).count == 1)
  }

  @Test func whatIsNotExactSaysSo() throws {
    let violation = try #require(violations(.noEgress, answer: connection("outside", level: "window")).first)
    #expect(!violation.isExact)
    #expect(violation.text.contains("not known to be the test's own"))
  }

  @Test func namesAreToldWithTheAddress() throws {
    let named = connection("outside", "\tname=api.example.com\tname=www.example.com")
    let violation = try #require(violations(.noEgress, answer: named).first)
    #expect(violation.text.contains("tcp://203.0.113.9:443 (api.example.com, www.example.com)"))
  }

  @Test func aLookupIsToldWithItsAnswer() throws {
    let lookup =
      "lookup\tname=gone.example.com\ttype=A\tcode=3\tresolver=192.0.2.53\ttime=1\tlevel=exact\tpid=7\tprogram=curl"
    #expect(violations(.resolves("gone.example.com"), answer: lookup + "\tnet=0").isEmpty)
    let violation = try #require(violations(.resolves("api.example.com"), answer: lookup).first)
    #expect(violation.text.contains("curl(7) asked 192.0.2.53 for gone.example.com A: no such name"))
    #expect(violations(.resolves("x"), answer: "").first?.text.contains("there was none at all") == true)
  }

  @Test func programsAreCountedByTheQueriesThatTheyFit() {
    let twice = ActivityExpectation.spawns("git", times: 2)
    let git = process("git", "\tend=5\texit=0\trun=0")
    #expect(violations(twice, answer: git, git, process("sh")).isEmpty)
    #expect(violations(twice, answer: git).first?.text.contains("2 times, but it ran once") == true)
    #expect(violations(.spawns("git"), answer: git, git).isEmpty)
    #expect(violations(.spawns("git"), answer: process("sh")).first?.text.contains("never ran") == true)
    #expect(violations(.neverRuns("git"), answer: git).count == 1)
    #expect(violations(.spawnsOnly(["git", "sh"]), answer: git, process("sh", "\trun=1")).isEmpty)
    #expect(violations(.spawnsOnly(["git"]), answer: git, process("sh")).count == 1)
  }

  @Test func whatRunsStillIsLeft() {
    #expect(violations(.leavesNothingRunning, answer: process("sh")).isEmpty)
    #expect(violations(.leavesNothingRunning, answer: process("sh", "")).first?.text.contains("still running") == true)
  }

  @Test func missingEvidenceIsNoPass() {
    let activity = Activity([SessionLine(Array("activity\tversion=1\tlost=3\tomitted=0\tpartial=1".utf8))])
    let violations = ExpectationCheck(activity).violations([.noEgress], ActivityQueries([.noEgress]))
    #expect(violations.first?.text.contains("incomplete") == true)
  }

  @Test func valuesOfLinesComeBackAsTheyWere() {
    let value = "tab\tline\nback\\slash\r\0"
    let line = SessionLine("word", [("key", value)])
    #expect(SessionLine(line.bytes.dropLast())["key"] == value)
  }
}
