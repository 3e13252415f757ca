import Testing
import Truth

/// What a test does on its own task, and on children of it.
@Suite struct Structured {
  @Test(arguments: 0..<40) func plain(_ number: Int) async throws {
    let owner = "ConcurrencyTests.Structured/plain(_:)|\(number)"
    Truth.visit(owner)
    try await Task.sleep(for: .milliseconds(number % 5))
    Truth.visit(owner)
    Truth.spawn(owner)
  }

  @Test(arguments: 0..<10, ["a", "b"]) func pairs(_ number: Int, _ letter: String) async {
    let owner = "ConcurrencyTests.Structured/pairs(_:_:)|\(number), \"\(letter)\""
    await Task.yield()
    Truth.visit(owner)
  }

  @Test(arguments: 0..<12) func group(_ number: Int) async {
    let owner = "ConcurrencyTests.Structured/group(_:)|\(number)"
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask {
          try? await Task.sleep(for: .milliseconds(index))
          Truth.visit(owner)
          await withDiscardingTaskGroup { inner in
            inner.addTask { Truth.visit(owner) }
          }
        }
      }
    }
  }

  @Test(arguments: 0..<12) func asyncLet(_ number: Int) async {
    let owner = "ConcurrencyTests.Structured/asyncLet(_:)|\(number)"
    async let first: Void = Truth.visit(owner)
    async let second: Void = Truth.spawn(owner)
    _ = await (first, second)
    Truth.visit(owner)
  }

  private actor Visitor {
    let owner: String
    init(owner: String) { self.owner = owner }
    func visit() { Truth.visit(owner) }
  }

  /// One for all of them.
  private actor Shared {
    static let instance = Shared()
    func visit(_ owner: String) { Truth.visit(owner) }
  }

  @Test(arguments: 0..<12) func actors(_ number: Int) async {
    let owner = "ConcurrencyTests.Structured/actors(_:)|\(number)"
    await Visitor(owner: owner).visit()
    await Shared.instance.visit(owner)
    await MainActor.run { Truth.visit(owner) }
  }

  @Test func late() {
    _ = Truth.startLate("ConcurrencyTests.Structured/late()")  // open until the process ends
  }

  @Test func one() { Truth.visit("ConcurrencyTests.Structured/one()") }
  @Test func two() async { Truth.spawn("ConcurrencyTests.Structured/two()") }

  @Suite struct Inner {
    @Test func one() { Truth.visit("ConcurrencyTests.Structured/Inner/one()") }
  }
}

@Suite(.serialized) struct Serialized {
  @Test(arguments: 0..<10) func inOrder(_ number: Int) {
    Truth.visit("ConcurrencyTests.Serialized/inOrder(_:)|\(number)")
  }
  @Test func after() { Truth.visit("ConcurrencyTests.Serialized/after()") }
}

@Test func free() { Truth.visit("ConcurrencyTests.free()") }

@Suite struct Results {
  @Test(.disabled("for its result")) func skipped() {}
  @Test func knownIssue() { withKnownIssue { Issue.record("known") } }
  @Test func passes() {
    Environment.tell()
    Truth.visit("ConcurrencyTests.Results/passes()")
  }
}

/// Fail where they are asked to.
@Suite(.enabled(if: Environment.fails)) struct Failing {
  @Test func expectation() { #expect(Bool(false)) }

  @Test(arguments: [1, 2]) func thrown(_ number: Int) throws {
    struct Failure: Error {}
    if number == 2 { throw Failure() }
  }
}
