import Testing

@testable import Policy

@Suite struct PolicyFlagsTests {
  @Test func flagsAreAddedToTheFile() throws {
    var flags = PolicyFlags()
    flags.allowNet = ["192.0.2.1:443, loopback", "[2001:db8::1]"]
    flags.denyNet = ["metadata"]
    flags.allowRun = ["git,python3*"]
    flags.denyRun = ["/usr/bin/curl"]
    flags.mode = .audit
    let policy = try policy("network: { allow: [private] }\nharness: {}", flags: flags)
    #expect(policy.network.allow.map(\.spec.description) == ["private", "192.0.2.1:443", "loopback", "[2001:db8::1]"])
    #expect(policy.harness?.allow.count == 3)
    #expect(policy.network.deny.map(\.reference) == [RuleReference(text: "metadata", source: "--deny-net")])
    #expect(policy.processes.allow?.map(\.program.text) == ["git", "python3*"])
    #expect(policy.processes.deny.map(\.program.text) == ["/usr/bin/curl"])
    #expect(policy.mode == .audit)
  }

  @Test func mistakesNameTheFlag() {
    func message(_ change: (inout PolicyFlags) -> Void) -> String? {
      var flags = PolicyFlags()
      change(&flags)
      return #expect(throws: PolicyError.self) { try PolicyLoader.load(path: nil, flags: flags) }?.description
    }
    #expect(
      message { $0.allowNet = ["10.0.0.0/33"] } == #"--allow-net: expected a prefix length from 0 to 32, found "33""#)
    #expect(message { $0.denyRun = ["bin/x"] }?.hasPrefix("--deny-run: expected a file name") == true)
    #expect(
      message {
        $0.mode = .enforce
        $0.scope = .tests
      }
        == #"--scope: expected all, for the kernel cannot tell a test from its runner before either acts, found "tests""#
    )
    #expect(
      message { $0.allowNet = ["localhost,"] }
        == #"--allow-net: expected loopback for the local host, found "localhost""#)
  }

  @Test func checkSaysWhatHolds() {
    let files = PolicyFiles.fake([
      "p.yml": "version: 1\nnetwork: { allow: [{ net: \"10.0.0.0/8:5432\", exe: psql, expires: 2027-03-01 }] }"
    ])
    let check = PolicyCheck(path: "p.yml", files: files)
    #expect(check.isValid)
    #expect(check.text.contains("  allow    10.0.0.0/8:5432 exe psql until 2027-03-01  # p.yml:2\n"))
    #expect(check.text.contains("harness    recorded, not judged\n"))
    let bad = PolicyCheck(path: "none.yml", files: files)
    #expect(!bad.isValid)
    #expect(bad.text == #"policy file "none.yml" cannot be read: No such file or directory"#)
  }
}
