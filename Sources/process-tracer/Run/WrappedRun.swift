import ArgumentParser
import Glibc
import KernelTracer
import OTLP
import Policy
import Reports
import SessionService
import TestAdapters
import Trace

/// One run of `test` or `trace`, from the options to the exit code.
struct WrappedRun {
  enum Verb {
    case test(policyPath: String?, flags: PolicyFlags)
    case trace

    var name: String {
      switch self {
      case .test: "test"
      case .trace: "trace"
      }
    }
  }

  var verb: Verb
  var arguments: [String]
  var reports: ReportOptions
  var command: CommandOptions
  var trace: TraceOptions
  var talk: TalkOptions

  private let rights: Privileges.CommandRights
  private let environment: [String: String]

  /// Throws usage errors (64), and where the right to trace cannot be had.
  init(
    verb: Verb, arguments: [String], reports: ReportOptions, command: CommandOptions, trace: TraceOptions,
    talk: TalkOptions
  ) throws {
    guard !arguments.isEmpty else {
      throw ValidationError("no command given: process-tracer \(verb.name) [options] -- <command>")
    }
    rights = try Privileges.settle(user: command.user, elevates: command.elevation.isAllowed)
    environment = Environment.current
    KernelPreparation.begin(sizes: TableSizes(testEnvironment: environment))
    self.verb = verb
    self.arguments = arguments
    self.reports = reports
    self.command = command
    self.trace = trace
    self.talk = talk
  }

  /// Runs the command. Returns how to exit; throws usage errors (64) and `SetupFailure`s (125).
  func run() throws -> ExitCode {
    if let directory = command.directory, chdir(directory) != 0 {
      throw SetupFailure("cannot change to \(directory): \(String(cString: strerror(errno)))")
    }
    let policy = try loadPolicy()
    let attributes = try expandedAttributes()
    let context = TraceContext(
      traceID: try expanded(trace.traceId, option: "--trace-id"),
      parentID: try expanded(trace.parentId, option: "--parent-id"), environment: environment)
    let outputs = try openOutputs(policy)
    let export = try NetworkExport(endpoint: reports.otlpEndpoint, environment: environment)
    let table = try enforcementTable(policy)
    // While the kernel's programs are loaded.
    var adapters = AdapterSetup(
      command.adapterChoice, command: arguments, identity: rights.identity, environment: environment,
      originals: Caller.originals)
    let resource = ResourceDetection.attributes(environment: environment)
    var session = try openSession(context, enforcesHosts: table.map { !$0.hosts.isEmpty } ?? false)
    let notes = try proveSession(&session, policy, table)
    var header = makeHeader(context, attributes: attributes, session: session, notes: notes + adapters.notes)
    header.resource = resource
    header.adapters = adapters.names

    let looksAtFiles = reports.audit != nil || policy?.processes.baseline != nil
    var recording = Recording(header: header, file: outputs.record, looksAtFiles: looksAtFiles)
    recording.sessionSocket = adapters.socketPath
    let status = try runCommand(
      &session, context: context, adapters: &adapters, enforces: table != nil, recording: &recording)
    let refusals = adapters.refusals
    adapters.end()
    var end = session.finish(status: status) { recording.add($0) }
    end.executables = recording.executed?.identities(header)
    for listener in ListenerSearch.listeners(at: recording.outsideDestinations) {
      recording.add(.outsideListener(listener))
    }
    recording.end(end)
    let recordFailure = recording.failure
    var run = recording.trace(end)
    TestAttribution.attribute(&run)
    var verdict = policy?.evaluate(run) ?? Verdict.unjudged(run)
    if trace.noArgs {
      run.leaveOutArguments()
      verdict.leaveOutArguments()
    }
    var code = ExitCode(verdict.exitCode)
    session.detach {
      code = conclude(run, verdict, outputs: outputs, recordFailure: recordFailure, export: export)
    }
    if let refusals { Diagnostics.warn(refusals) }
    return code
  }

  // MARK: Before the command

  private func loadPolicy() throws -> Policy? {
    guard case .test(let option, let flags) = verb else { return nil }
    return try PolicySource.load(option: option, flags: flags, environment: environment)
  }

  private func expanded(_ text: String?, option: String) throws -> String? {
    guard let text else { return nil }
    guard let value = try Placeholders(environment: environment, arguments: arguments).expand(text), !value.isEmpty
    else { throw ValidationError("\(option) \(text): nothing is left of it, a variable or argument is not there") }
    return value
  }

  private func expandedAttributes() throws -> [String: String] {
    let placeholders = Placeholders(environment: environment, arguments: arguments)
    var attributes: [String: String] = [:]
    for text in trace.attribute {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("--attribute \(text): expected NAME=VALUE")
      }
      let name = String(text[..<equals])
      if let value = try placeholders.expand(String(text[text.index(after: equals)...])), !value.isEmpty {
        attributes[name] = value
      } else {
        Diagnostics.warn("attribute \(name) is left out: its value is empty")
      }
    }
    return attributes
  }

  private func openOutputs(_ policy: Policy?) throws -> ReportOutputs {
    do {
      let directory = reports.reportDir ?? policy?.reportsDirectory
      var outputs = try ReportOutputs(reports, directory: directory)
      if let summary = environment["GITHUB_STEP_SUMMARY"], environment["GITHUB_ACTIONS"] == "true", policy != nil {
        try outputs.add(StepSummary(), appendingTo: summary)
      }
      return outputs
    } catch {
      throw SetupFailure(error.description)
    }
  }

  private func openSession(_ context: TraceContext, enforcesHosts: Bool) throws -> TracerSession {
    do {
      return try TracerSession(
        sizes: TableSizes(testEnvironment: environment), spans: context.spans,
        resolution: NameResolution(nameservers: Machine.nameservers, enforcesHosts: enforcesHosts),
        caller: Privileges.elevated?.launcher ?? getpid(), instruments: command.adapterChoice.instruments)
    } catch {
      throw SetupFailure(error.description)
    }
  }

  /// What the kernel is to refuse, where the run enforces.
  private func enforcementTable(_ policy: Policy?) throws -> EnforcementTable? {
    guard let policy, policy.mode == .enforce else { return nil }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    do {
      return try policy.enforcementTable(
        nameservers: Machine.nameservers, hosts: Machine.hosts, today: CalendarDate(unixSeconds: Int64(now.tv_sec)))
    } catch {
      throw SetupFailure(error.description)
    }
  }

  /// A gated run is proved first; the notes are for the header.
  private func proveSession(
    _ session: inout TracerSession, _ policy: Policy?, _ table: EnforcementTable?
  ) throws -> [String] {
    var notes = table?.notes ?? []
    if policy != nil {
      do {
        if let table { notes += try session.enforce(table, launcher: Privileges.elevated?.launcher) }
        notes += try session.runCanary()
      } catch {
        throw SetupFailure(error.description)
      }
    }
    if rights.user == 0 { notes.append("the command runs as root: code of the tests can undo the tracer") }
    if session.cgroupPath == nil {
      notes.append("no cgroup could be made for the session: packets are watched at the cgroup root")
    }
    return notes
  }

  private func makeHeader(
    _ context: TraceContext, attributes: [String: String], session: borrowing TracerSession, notes: [String]
  ) -> RunHeader {
    var header = RunHeader(
      toolVersion: Version.current, verb: verb.name, command: ArgumentRedactor.redact(arguments),
      workingDirectory: Machine.workingDirectory, traceID: context.traceID, rootSpanID: context.rootSpanID,
      start: .now, unixOffset: BootInstant.unixOffset)
    header.parentSpanID = context.parentSpanID
    header.traceState = context.traceState
    header.attributes = attributes
    header.uid = rights.user
    header.hostname = Machine.name.host
    header.kernelRelease = Machine.name.kernelRelease
    header.nameservers = Machine.nameservers
    header.hosts = Machine.hosts
    header.networkNamespace = NameResolution.ownNamespace
    header.hooks = session.hooks
    header.sessionCgroup = session.cgroupPath
    header.notes = notes
    return header
  }

  // MARK: The command

  private func runCommand(
    _ session: inout TracerSession, context: TraceContext, adapters: inout AdapterSetup,
    enforces: Bool, recording: inout Recording
  ) throws -> ExitStatus {
    let result: CommandRunResult
    do {
      var launch = CommandLaunch(
        arguments: arguments,
        environment: adapters.adding(
          to: Environment.setting("TRACEPARENT", to: context.traceparent, in: Environment.entries), environment))
      launch.originals = Caller.originals
      launch.identity = rights.identity
      launch.dropsCapabilities = rights.dropsCapabilities
      launch.isConfined = enforces
      if try hasStableEnvironment(session) { StableEnvironment.apply(to: &launch, inbound: environment) }
      if var launcher = Privileges.elevated {
        result = try follow(launch, by: &launcher, &session, adapters: &adapters, recording: &recording)
      } else {
        var host = try LocalCommandHost()
        result = try follow(launch, by: &host, &session, adapters: &adapters, recording: &recording)
      }
    } catch {
      throw SetupFailure(error.description)
    }
    switch result {
    case .ended(let status): return status
    case .notStarted(let isDirectory, let code):
      let reason = code == ENOENT && !isDirectory ? "not found" : String(cString: strerror(code))
      Diagnostics.error("\(arguments[0]): \(reason)")
      return .exited(code: code == ENOENT && !isDirectory ? 127 : 126)
    }
  }

  /// Whether the command keeps things by its environment, and its test processes can get what differs.
  private func hasStableEnvironment(_ session: borrowing TracerSession) throws(KernelTracerError) -> Bool {
    guard SwiftPackageManager.isTest(arguments), command.adapterChoice.includes(Instrument.swift.name),
      rights.identity == nil
    else { return false }
    return try session.mayFillEnvironments(ofDescendants: Privileges.elevated == nil)
  }

  private func follow<Host: CommandHost & ~Copyable>(
    _ launch: CommandLaunch, by host: inout Host, _ session: inout TracerSession, adapters: inout AdapterSetup,
    recording: inout Recording
  ) throws(KernelTracerError) -> CommandRunResult {
    let nameservers = Machine.nameservers
    return try session.run(
      launch, host: &host,
      options: CommandRunOptions(
        waitsForLeaked: command.wait, killsLeaked: command.killLeaked || (launch.isConfined && !command.wait)),
      requests: adapters.socketDescriptor,
      onRequest: { session in
        adapters.serve(isMember: { session.hasMember($0) }) { request throws(SessionRefusal) in
          do throws(KernelTracerError) {
            try QuestionBarrier.wait(session, { recording.add($0) }, until: { recording.isReached(request) })
          } catch {
            // Told as lost: the answer is partial.
          }
          // Addresses may have come and gone since the last question.
          let places = DestinationPlaces(nameservers: nameservers)
          return try recording.answer(request, places: places, lost: session.lostSoFar)
        }
      },
      { recording.add($0) })
  }

  // MARK: After the command

  private func conclude(
    _ run: Trace, _ verdict: Verdict, outputs: ReportOutputs, recordFailure: OutputError?, export: NetworkExport
  ) -> ExitCode {
    let annotated = reports.annotations.annotate(run, verdict)
    let failures =
      (outputs.write(run, verdict) + (recordFailure.map { [$0] } ?? [])).map(\.description) + annotated.failures
    let summary = TerminalSummary(
      usesColor: talk.usesColor(environment, isTerminal: isatty(STDERR_FILENO) == 1), isQuiet: talk.quiet,
      reportPaths: outputs.paths + annotated.paths, violationsPath: outputs.violationsPath)
    summary.write(run, verdict) { Diagnostics.write($0) }
    if talk.verbose { ProcessTree(usesColor: summary.usesColor).write(run, verdict) { Diagnostics.write($0) } }
    if environment["GITHUB_ACTIONS"] == "true", case .test = verb {
      WorkflowCommands().write(run, verdict) { Diagnostics.write($0) }
    }
    for note in annotated.notes where !talk.quiet { Diagnostics.inform(note) }
    for failure in failures { Diagnostics.warn(failure) }
    let isExported = export.send(run, verdict, isVerbose: talk.verbose)
    if !failures.isEmpty || !isExported, isStrict, verdict.exitCode == 0 { return ExitCode(121) }
    return ExitCode(verdict.exitCode)
  }

  private var isStrict: Bool {
    if case .test(_, let flags) = verb { flags.strict } else { false }
  }
}
