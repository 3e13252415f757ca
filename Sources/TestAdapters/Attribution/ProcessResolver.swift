import Trace

/// Resolves what each process of a run is, its parent first, in one pass.
struct ProcessResolver {
  private(set) var testProcesses: [TestProcess] = []
  /// Those of the trace's markers first.
  private(set) var testCases: [TestCase] = []
  /// Whether any runner or test process was recognised in the run.
  private(set) var isAnythingRecognised = false
  /// By index in `Trace.processes`, all known after `resolve`.
  private(set) var states: [ProcessState?] = []

  /// What test processes were before they became that: a shim that runs programs and then becomes pytest.
  private var statesBefore: [Int: ProcessState] = [:]
  /// The distinct lineages; the first is that of a process that nobody in the run forked.
  private var lineages: [Lineage] = []
  /// The first test case of a name.
  private var testCaseIndices: [CaseKey: Int32] = [:]
  /// Processes that marked tests, with the runner that the first of them names.
  private var markingProcesses: [ProcessIdentity: String] = [:]
  private var unnamedWorkers: Set<Int32> = []
  /// The image that was looked at last: bursts of one program are common.
  private var latest: (image: Int, program: Program)?
  private var lostExecutions = LostExecutions.none

  private struct CaseKey: Hashable {
    var runner: String
    var name: String
  }

  mutating func resolve(_ trace: Trace) {
    addMarkedTestCases(trace)
    lostExecutions = LostExecutions(trace)
    states = Array(repeating: nil, count: trace.processes.count)
    let start = trace.processes.first?.executions.first.map { trace.images[$0.image].environment }
    lineages = [Lineage(nearest: nil, startEnvironment: start ?? [:], runDirectory: trace.header.workingDirectory)]
    for index in trace.processes.indices { resolveWithAncestors(index, in: trace) }
  }

  private mutating func addMarkedTestCases(_ trace: Trace) {
    for testCase in trace.testCases {
      guard let run = testCase.run else { continue }
      let index = Int32(testCases.count)
      testCases.append(testCase)
      markingProcesses[run.process] = markingProcesses[run.process] ?? testCase.runner
      let key = CaseKey(runner: testCase.runner, name: testCase.name)
      testCaseIndices[key] = testCaseIndices[key] ?? index
    }
  }

  /// Parents come before their children in almost every record; a chain that does not is walked without recursion.
  private mutating func resolveWithAncestors(_ index: Int, in trace: Trace) {
    var chain: [Int] = []
    var next: Int? = index
    while let process = next, states[process] == nil, chain.count <= trace.processes.count {
      chain.append(process)
      next = trace.processes[process].parent
    }
    for process in chain.reversed() where states[process] == nil { states[process] = state(of: process, in: trace) }
  }

  private mutating func state(of index: Int, in trace: Trace) -> ProcessState {
    let process = trace.processes[index]
    let inherited = inheritedState(of: process, isCommand: index == 0 && process.parent == nil, in: trace)
    var state = inherited
    if let testCase = trace.markedTestCases[process.test.id], process.test.level != .none {
      state.testCase = Int32(testCase)
      state.level = process.test.level
    }
    for (position, execution) in process.executions.enumerated() {
      let program = program(execution.image, in: trace)
      let starter = (lineage: lineages[Int(state.lineage)], testProcess: state.testProcess)
      if state.recognisedExecution == nil { recognise(program, as: execution, at: position, in: index, &state) }
      if process.test == .none,
        let value = starter.lineage.newValue(of: Pytest.currentTestKey, in: program.environment)
      {
        state.testCase = testCaseIndex(Pytest.runner, Pytest.testCase(value))
        state.level = .process
      }
      if let name = starter.lineage.newValue(of: Pytest.workerKey, in: program.environment) {
        nameWorker(starter.testProcess, name)
      }
      if trace.images[execution.image].flags.contains(.argumentsUnreadable) { state.isUncertain = true }
    }
    if state.testProcess == nil, let runner = markingProcesses[process.identity] {
      addMarkingProcess(index, runner: runner, in: trace, &state)
    }
    if state.recognisedExecution != nil { statesBefore[index] = inherited }
    return state
  }

  private func inheritedState(of process: TracedProcess, isCommand: Bool, in trace: Trace) -> ProcessState {
    let parent = process.parent.flatMap { stateAtFork(of: $0, process.identity.start, in: trace) }
    var state = parent ?? ProcessState(lineage: 0)
    if parent == nil, !isCommand { state.isUncertain = true }
    state.isStartedByTest = state.isTest
    state.recognisedExecution = nil
    if lostExecutions.mayConcern(childrenOf: process.parentIdentity) { state.isUncertain = true }
    return state
  }

  /// What a process was when it forked another.
  private func stateAtFork(of index: Int, _ fork: BootInstant, in trace: Trace) -> ProcessState? {
    guard let before = statesBefore[index], let recognised = states[index]?.recognisedExecution,
      trace.processes[index].identity.start <= fork,
      fork < trace.processes[index].executions[Int(recognised)].time
    else { return states[index] }
    return before
  }

  /// A process that marks tests is a test process, whatever runs in it. It makes no other process harness: markers need
  /// no privilege.
  private mutating func addMarkingProcess(
    _ index: Int, runner: String, in trace: Trace, _ state: inout ProcessState
  ) {
    let image = trace.image(of: trace.processes[index])
    state.testProcess = Int32(testProcesses.count)
    testProcesses.append(
      TestProcess(
        runner: runner.isEmpty ? image?.name ?? "unknown" : runner, suite: nil, process: index,
        image: trace.processes[index].executions.last?.image))
  }

  private mutating func recognise(
    _ program: Program, as execution: TracedProcess.Execution, at position: Int, in index: Int,
    _ state: inout ProcessState
  ) {
    var lineage = lineages[Int(state.lineage)]
    for adapter in testRunnerAdapters {
      guard let recognition = adapter.recognise(program, in: lineage) else { continue }
      isAnythingRecognised = true
      lineage.startEnvironment = program.environment
      switch recognition {
      case .runner:
        lineage.nearest = .init(runner: adapter.runner, isTestProcess: false)
      case .testProcess(let suite, let testCase):
        lineage.nearest = .init(runner: adapter.runner, isTestProcess: true)
        state.recognisedExecution = Int32(position)
        state.testProcess = Int32(testProcesses.count)
        if Pytest.isWorker(program) { unnamedWorkers.insert(Int32(testProcesses.count)) }
        testProcesses.append(
          TestProcess(runner: adapter.runner, suite: suite, process: index, image: execution.image))
        if let testCase {
          state.testCase = testCaseIndex(adapter.runner, testCase)
          state.level = .process
        }
      }
      state.lineage = Int32(lineages.count)
      lineages.append(lineage)
      return
    }
  }

  private mutating func program(_ image: Int, in trace: Trace) -> Program {
    if let latest, latest.image == image { return latest.program }
    let program = Program(trace.images[image])
    latest = (image, program)
    return program
  }

  private mutating func testCaseIndex(_ runner: String, _ name: CaseName) -> Int32 {
    let key = CaseKey(runner: runner, name: name.name)
    if let index = testCaseIndices[key] { return index }
    let index = Int32(testCases.count)
    testCaseIndices[key] = index
    testCases.append(TestCase(runner: runner, suite: name.suite, name: name.name))
    return index
  }

  /// A worker learns its own name only after it was started; what it starts has it in the environment.
  private mutating func nameWorker(_ testProcess: Int32?, _ name: String) {
    guard let testProcess, unnamedWorkers.remove(testProcess) != nil else { return }
    testProcesses[Int(testProcess)].suite = name
  }
}
