import Testing

@testable import Policy

@Suite struct PolicyDiscoveryTests {
  private func find(
    _ files: [String], from directory: String = "/r/a/b", option: String? = nil, environment: String? = nil
  ) throws -> String? {
    let contents = Dictionary(uniqueKeysWithValues: files.map { ($0, "") })
    return try PolicyDiscovery.path(
      option: option, environment: environment, workingDirectory: directory, files: .fake(contents))
  }

  @Test func theOptionWinsThenTheEnvironment() throws {
    let files = ["/r/.git", "/r/.process-tracer.yml"]
    #expect(try find(files, option: "o.yml", environment: "e.yml") == "o.yml")
    #expect(try find(files, environment: "e.yml") == "e.yml")
    #expect(try find(files, environment: "") == "/r/.process-tracer.yml")
  }

  @Test func theNearestFileWins() throws {
    #expect(
      try find(["/r/.git", "/r/.process-tracer.yml", "/r/a/.process-tracer.yaml"]) == "/r/a/.process-tracer.yaml")
  }

  @Test func theSearchEndsAtTheGitRoot() throws {
    #expect(try find(["/.process-tracer.yml", "/r/.git"]) == nil)
    #expect(try find(["/r/.process-tracer.yml", "/r/.git", "/r/a/.git"]) == nil)
    #expect(try find(["/.process-tracer.yml", "/.git"]) == "/.process-tracer.yml")
  }

  @Test func withoutAGitRootOnlyTheWorkingDirectoryCounts() throws {
    #expect(try find(["/r/.process-tracer.yml"]) == nil)
    #expect(try find(["/r/a/b/.process-tracer.yml"]) == "/r/a/b/.process-tracer.yml")
  }

  @Test func twoFilesInOneDirectoryAreRefused() {
    #expect(throws: PolicyError.ambiguous(directory: "/r/a/b")) {
      try find(["/r/a/b/.process-tracer.yml", "/r/a/b/.process-tracer.yaml"])
    }
  }

  @Test func whereNothingCanBeLookedForIsSaid() {
    let denied = PolicyFiles.ReadError(reason: "Permission denied")
    let files = PolicyFiles(
      read: { (_) throws(PolicyFiles.ReadError) in throw denied },
      exists: { (_) throws(PolicyFiles.ReadError) in throw denied })
    let error = PolicyError.unsearchable(directory: "/r/a", reason: "Permission denied")
    #expect(throws: error) {
      try PolicyDiscovery.path(option: nil, environment: nil, workingDirectory: "/r/a", files: files)
    }
    #expect("\(error)" == "no policy file can be looked for in \"/r/a\": Permission denied; say --policy FILE")
  }
}
