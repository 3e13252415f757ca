import Testing

@testable import Policy

@Suite struct ExtendsTests {
  @Test func listsGrowAndScalarsAreReplaced() throws {
    let files = PolicyFiles.fake([
      "/r/p.yml": """
      version: 1
      extends: [ci/base.yml, "builtin:no-dns"]
      network: { allow: ["192.0.2.1"] }
      processes: { max: 5 }
      tests: [{ match: "b*" }]
      """,
      "/r/ci/base.yml": """
      version: 1
      mode: audit
      extends: ["../common.yml"]
      network: { allow: ["192.0.2.2"] }
      processes: { allow: [git], max: 3 }
      tests: [{ match: "a*" }]
      reports: { dir: out }
      """,
      "/r/ci/../common.yml": "version: 1\nprocesses: { allow: [sh] }",
    ])
    let policy = try PolicyLoader.load(path: "/r/p.yml", files: files)
    #expect(policy.network.allow.map(\.spec.description) == ["192.0.2.2", "192.0.2.1"])
    #expect(policy.network.deny.map(\.spec.description) == ["dns"])
    #expect(policy.processes.allow?.map(\.program.text) == ["sh", "git"])
    #expect(policy.processes.max?.count == 5 && policy.mode == .audit)
    #expect(policy.tests.map(\.match.pattern) == ["b*", "a*"])
    #expect(policy.reportsDirectory == "/r/ci/out")
    #expect(policy.sources.map(\.path) == ["/r/p.yml", "/r/ci/base.yml", "/r/ci/../common.yml", "builtin:no-dns"])
  }

  @Test func cyclesAreRefused() {
    let files = PolicyFiles.fake([
      "a.yml": "version: 1\nextends: [d/b.yml]", "d/b.yml": "version: 1\nextends: [../a.yml]",
    ])
    let error = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "a.yml", files: files) }
    #expect(
      error?.description == #"d/b.yml:2:11: key "extends": expected no cycle, found a.yml → d/b.yml → a.yml"#)
  }

  @Test func depthIsLimited() {
    var contents: [String: String] = [:]
    for level in 0..<30 { contents["\(level).yml"] = "version: 1\nextends: [\(level + 1).yml]" }
    contents["30.yml"] = "version: 1"
    let error = #expect(throws: PolicyError.self) { try PolicyLoader.load(path: "0.yml", files: .fake(contents)) }
    #expect(
      error?.description == #"15.yml:2:11: key "extends": expected at most 16 files that extend each other"#)
  }

  @Test func missingTargetsAreMistakesOfTheLine() {
    let error = #expect(throws: PolicyError.self) { try policy("extends: [no.yml]") }
    #expect(
      error?.description
        == #"p.yml:2:11: key "extends": expected a readable file, found "no.yml": No such file or directory"#)
    let shipped = #expect(throws: PolicyError.self) { try policy(#"extends: ["builtin:x"]"#) }
    #expect(
      shipped?.description
        == #"p.yml:2:11: key "extends": expected a path or one of builtin:no-dns, builtin:no-download-tools, found "builtin:x""#
    )
  }

  @Test(arguments: ShippedPolicies.names)
  func shippedPoliciesAreGood(_ name: String) throws {
    let policy = try policy("extends: [\"\(name)\"]")
    #expect(policy.network.deny.count + policy.processes.deny.count > 0)
  }
}
