import Testing

@testable import Policy

@Suite struct PolicyFileTests {
  @Test func readsTheWholeSchema() throws {
    let policy = try policy(
      """
      mode: audit
      network:
        allow: ["192.0.2.1:443", { net: "10.0.0.0/8:5432", exe: "python3*", argv: "*--db*", parent: make, user: root, reason: "staging db", expires: 2027-03-01 }]
        deny: [metadata]
      harness: {}
      processes: { allow: [git, { exe: "python3*", reason: x, expires: 2027-01-01 }], deny: [curl], max: 10 }
      tests:
        - match: "test_net.py::*"
          network: { allow: ["203.0.113.9:443"], deny: [dns] }
          processes: { allow: [git], deny: [sh], max: 3 }
      tests-may-widen: true
      extends: []
      reports: { dir: build/process-tracer }
      """)
    #expect(policy.mode == .audit)
    #expect(policy.network.allow.map(\.spec.description) == ["192.0.2.1:443", "10.0.0.0/8:5432"])
    let rule = policy.network.allow[1]
    #expect(rule.scopes.exe?.text == "python3*" && rule.scopes.parent?.text == "make" && rule.scopes.user == 0)
    #expect(rule.reason == "staging db" && rule.expires?.description == "2027-03-01")
    #expect(
      policy.network.deny.map(\.reference) == [RuleReference(text: "metadata", source: "p.yml", line: 5, column: 10)])
    #expect(policy.harness?.allow.isEmpty == true)
    #expect(policy.processes.allow?.map(\.program.text) == ["git", "python3*"])
    #expect(policy.processes.max?.count == 10)
    #expect(policy.tests[0].processesMax?.count == 3 && policy.tests[0].networkDeny?.count == 1)
    #expect(policy.testsMayWiden)
    #expect(policy.reportsDirectory == "build/process-tracer")
    #expect(policy.sources.map(\.path) == ["p.yml"] && policy.sources[0].sha256.count == 64)
  }

  @Test(arguments: [
    ("", #"p.yml:1:1: expected version: 1, found an empty file"#),
    ("mode: gate", #"p.yml:1:1: key "version": expected version: 1, found nothing"#),
    ("version: 2", #"p.yml:1:10: key "version": expected 1, found "2""#),
    ("version: one", #"p.yml:1:10: key "version": expected 1, found "one""#),
    (
      "- a",
      #"p.yml:1:1: expected a map of version, mode, network, harness, processes, tests, tests-may-widen, extends, reports, found a list"#
    ),
    (
      "version: 1\nnetwrok: {}",
      #"p.yml:2:1: key "netwrok": expected one of version, mode, network, harness, processes, tests, tests-may-widen, extends, reports, found an unknown key"#
    ),
    ("version: 1\nmode: strict", #"p.yml:2:7: key "mode": expected audit, gate or enforce, found "strict""#),
    ("version: 1\nnetwork: [any]", #"p.yml:2:10: key "network": expected a map of allow, deny, found a list"#),
    ("version: 1\nnetwork:", #"p.yml:2:9: key "network": expected a map of allow, deny, found nothing"#),
    ("version: 1\nnetwork: { allow: any }", #"p.yml:2:19: key "network.allow": expected a list, found "any""#),
    (
      "version: 1\nnetwork: { allow: [\"10.0.0.0/33\"] }",
      #"p.yml:2:20: key "network.allow": expected a prefix length from 0 to 32, found "33""#
    ),
    (
      "version: 1\nnetwork: { allow: [{ exe: a }] }",
      #"p.yml:2:20: key "network.allow.net": expected a destination, found nothing"#
    ),
    (
      "version: 1\nnetwork: { deny: [{ net: any, expires: 2027-01-01 }] }",
      #"p.yml:2:31: key "network.deny.expires": expected one of net, exe, argv, parent, user, reason, found an unknown key"#
    ),
    (
      "version: 1\nnetwork: { allow: [{ net: any, expires: soon }] }",
      #"p.yml:2:41: key "network.allow.expires": expected a date as 2027-03-01, found "soon""#
    ),
    (
      "version: 1\nnetwork: { allow: [{ net: any, user: joe }] }",
      #"p.yml:2:38: key "network.allow.user": expected a user id, or root, found "joe""#
    ),
    (
      "version: 1\nnetwork: { allow: [localhost] }",
      #"p.yml:2:20: key "network.allow": expected loopback for the local host, found "localhost""#
    ),
    (
      "version: 1\nprocesses: { baseline: b }",
      #"p.yml:2:24: key "processes.baseline": expected a baseline, found "b": No such file or directory; "#
        + "process-tracer audit RUN.jsonl --baseline FILE --update-baseline writes one"
    ),
    (
      "version: 1\nprocesses: { max: -1 }",
      #"p.yml:2:19: key "processes.max": expected a number of processes, found "-1""#
    ),
    (
      "version: 1\nprocesses: { max: \"3\" }",
      #"p.yml:2:19: key "processes.max": expected a number of processes, found "3""#
    ),
    (
      "version: 1\ntests: [{ network: {} }]",
      #"p.yml:2:9: key "tests.match": expected a glob over test names, found nothing"#
    ),
    ("version: 1\ntests-may-widen: yes", #"p.yml:2:18: key "tests-may-widen": expected true or false, found "yes""#),
    ("version: 1\nmode: gate\nmode: audit", #"p.yml:3:1: key "mode": expected once, found again (first in line 2)"#),
    ("version: 1\nmode: &a gate", "p.yml:2:7: expected a value, found an anchor (&name), which policies may not use"),
    ("version: 1\nmode: *a", "p.yml:2:7: expected a value, found an alias (*name), which policies may not use"),
    ("version: 1\nmode: !!str gate", "p.yml:2:7: expected a value, found a tag (!name), which policies may not use"),
    ("version: 1\n---\nversion: 1", "p.yml:2:1: expected one document, found a second one"),
    ("version: 1\nnetwork: { allow: [", "p.yml:3:1: expected YAML: did not find expected node content"),
    ("version: 1\n? [a]\n: b", "p.yml:2:3: expected a key that is a word, found a list or a map"),
  ])
  func mistakesSayWhereAndWhat(_ text: String, _ message: String) {
    let error = #expect(throws: PolicyError.self) {
      try PolicyLoader.load(path: "p.yml", files: .fake(["p.yml": text]))
    }
    #expect(error?.description == message)
  }

  @Test func allMistakesAreToldAtOnce() {
    let error = #expect(throws: PolicyError.self) { try policy("mode: x\nnetwork: { allow: [a b, \"1.2.3\"] }") }
    #expect(error?.description.split(separator: "\n").count == 3)
  }

  @Test func bytesThatAreNoTextSayWhere() {
    let files = PolicyFiles(read: { _ in Array("version: 1\nmode: ".utf8) + [0xFF] }, exists: { _ in true })
    let error = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "p.yml", files: files) }
    #expect(error?.description == "p.yml:2:7: expected UTF-8 text: invalid leading UTF-8 octet")
  }

  @Test func deepNestingIsRefused() {
    let text = "version: 1\nnetwork: " + String(repeating: "[", count: 5000)
    let error = #expect(throws: PolicyError.self) {
      try PolicyLoader.load(path: "p.yml", files: .fake(["p.yml": text]))
    }
    #expect(error?.description.contains("expected at most 32 levels of nesting") == true)
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "/nowhere/p.yml") }
    #expect(error?.description == #"policy file "/nowhere/p.yml" cannot be read: No such file or directory"#)
    let directory = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "/") }
    #expect(directory?.description == #"policy file "/" cannot be read: Is a directory"#)
    let endless = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "/dev/zero") }
    #expect(endless?.description == #"policy file "/dev/zero" cannot be read: it is larger than 1 MiB"#)
  }
}
