import TestAdapters
import Testing
import Trace

@Suite
struct ScopeTests {
  static let pytest = image("/venv/bin/python", "/venv/bin/pytest", path: "/usr/bin/python3.11")
  static let make = image("/usr/bin/make", "test")
  static let go = image("/usr/lib/go/bin/go", "test", "./...")

  private func scopes(_ run: RecordedRun) -> [Attribution.Scope] {
    var trace = run.trace
    TestAttribution.attribute(&trace)
    return trace.processes.map(\.attribution.scope)
  }

  @Test
  func everythingIsTestWhereNothingIsRecognised() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    run.process(make, image("/usr/bin/curl"))
    #expect(scopes(run) == [.test, .test])
  }

  @Test
  func buildStepsBesideATestProcessAreHarness() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    run.process(make, image("/usr/bin/python3.11", "fetch.py"))
    let pytest = run.process(make, image("/usr/bin/dash", "-c", "exec pytest"), Self.pytest)
    let shell = run.process(pytest, image("/usr/bin/sh"))
    run.process(shell, image("/usr/bin/cc"))
    run.process(pytest)
    #expect(scopes(run) == [.harness, .harness, .test, .test, .test, .test])
  }

  @Test
  func aRunnerWithoutTestProcessesIsHarness() {
    var run = RecordedRun()
    let go = run.process(nil, Self.go)
    run.process(go, image("/usr/lib/go/pkg/tool/linux_amd64/compile"))
    #expect(scopes(run) == [.harness, .harness])
  }

  @Test
  func aRunnerThatATestStartsIsTest() {
    var run = RecordedRun()
    let pytest = run.process(nil, Self.pytest)
    let go = run.process(pytest, Self.go)
    run.process(go, image("/usr/lib/go/pkg/tool/linux_amd64/compile"))
    #expect(scopes(run) == [.test, .test, .test])
  }

  @Test
  func aProcessOfUnknownParentIsTestWithAllBelow() {
    var run = RecordedRun()
    run.process(nil, Self.go)
    let orphan = run.process(
      nil, image("/usr/bin/sh"), lost: ProcessIdentity(pid: 9, start: BootInstant(nanoseconds: 9)))
    run.process(orphan, image("/usr/bin/curl"))
    #expect(scopes(run) == [.harness, .test, .test])
  }

  @Test
  func aProcessOfUnreadableArgumentsIsTest() {
    var run = RecordedRun()
    let go = run.process(nil, Self.go)
    var unreadable = image("/usr/bin/python3.11")
    unreadable.flags = .argumentsUnreadable
    let python = run.process(go, unreadable)
    run.process(python, image("/usr/bin/curl"))
    #expect(scopes(run) == [.harness, .test, .test])
  }

  @Test
  func whereAnExecutionWasLostItsSiblingsAreTest() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    let go = run.process(make, Self.go)
    let compile = run.process(go, image("/usr/lib/go/compile"))
    run.process(go)
    run.executed("/usr/bin/make", by: nil, first: make)
    run.executed("/usr/lib/go/bin/go", by: make, first: go)
    run.executed("/usr/lib/go/compile", by: go, first: compile)
    run.executed("/tmp/go-build1/b001/a.test", by: go, first: compile + 1)
    #expect(scopes(run) == [.harness, .harness, .harness, .harness])
    run.lose("exec")
    #expect(scopes(run) == [.harness, .harness, .test, .test])
    run.trace.end?.loss.imagesRefused = 1
    #expect(scopes(run) == [.test, .test, .test, .test])
  }

  @Test
  func parentsMayComeAfterTheirChildren() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    let child = run.process(make, image("/usr/bin/curl"))
    let pytest = run.process(make, Self.pytest)
    run.trace.processes[child].parent = pytest
    #expect(scopes(run) == [.harness, .test, .test])
  }

  @Test
  func aCycleOfParentsEndsAsTest() {
    var run = RecordedRun()
    run.process(nil, Self.go)
    let first = run.process(0, image("/usr/bin/sh"))
    let second = run.process(first, image("/usr/bin/sh"))
    run.trace.processes[first].parent = second
    #expect(scopes(run) == [.harness, .test, .test])
  }

  @Test
  func attributingTwiceIsAttributingOnce() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    run.process(make, Self.pytest)
    TestAttribution.attribute(&run.trace)
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.testProcesses == [TestProcess(runner: "pytest", suite: nil, process: 1, image: 1)])
    #expect(scopes(run) == [.harness, .test])
  }

  @Test
  func aHundredThousandProcesses() {
    var run = RecordedRun()
    let make = run.process(nil, Self.make)
    let pytest = run.process(make, Self.pytest)
    var parent = pytest
    for index in 0..<100_000 {
      let process = run.process(
        index.isMultiple(of: 2) ? pytest : parent,
        image("/bin/true", environment: ["PYTEST_CURRENT_TEST": "a.py::test_\(index) (call)"]))
      parent = process
    }
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.testCases.count == 100_000)
    #expect(run.trace.processes[2...].allSatisfy { $0.attribution.testProcess == 0 })
  }

  /// A shim of pyenv is bash, runs programs, and then becomes pytest.
  @Test
  func whatAProcessForkedBeforeItBecameATestProcessIsNotItsTests() {
    var run = RecordedRun()
    let shim = run.process(nil, image("/usr/bin/bash", "/root/.pyenv/shims/pytest"))
    let pyenv = run.process(shim, image("/usr/bin/bash", "/root/.pyenv/libexec/pyenv"))
    let time = BootInstant(nanoseconds: run.trace.processes[pyenv].identity.start.nanoseconds + 2)
    run.trace.images.append(Self.pytest)
    run.trace.processes[shim].executions.append(.init(image: run.trace.images.count - 1, time: time))
    run.process(pyenv, image("/usr/bin/sed"))
    run.process(shim, image("/usr/bin/git"))
    #expect(scopes(run) == [.test, .harness, .harness, .test])
  }
}
