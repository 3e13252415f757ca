import CKernelABI
import CLibbpf
import Glibc
import Trace

/// Attaches probes to test binaries while they wait for it.
final class Instrumentation {
  private let instruments: [Instrument]
  private var stops: ExecStops
  /// By the instrument's name, from the first of its binaries on; nil where loading failed.
  private var objects: [String: LoadedObject?] = [:]
  private var files: [FileIdentity: InstrumentedFile] = [:]
  /// Those that several executables use.
  private var libraries: [FileIdentity: InstrumentedLibrary] = [:]
  private var notes: [String] = []
  /// What stopped processes get into their environment.
  var lateEnvironment: LateEnvironment?

  /// Links take descriptors and memory: beyond that many files those are given up that no process runs any more.
  private static let fileLimit = 16

  private final class LoadedObject {
    let object: ProbeObject
    init(_ object: consuming ProbeObject) { self.object = object }
  }

  private final class InstrumentedFile {
    /// What the marker says that tells of a process: the instrument's name, then lines of `key=value`.
    let text: String
    var links: [Links] = []
    /// Probes that are detached where they are passed too often; attached anew for the next process.
    let detachable: [ProbePlan.Site]
    var detachableLinks: Links?
    let detachingNote: String
    private let object: LoadedObject
    /// By pid in the initial PID namespace.
    var processes: [UInt32: stop_request] = [:]

    init(_ text: String, _ object: LoadedObject, detachable: [ProbePlan.Site], detachingNote: String) {
      self.text = text
      self.object = object
      self.detachable = detachable
      self.detachingNote = detachingNote
    }

    func attachDetachable(to path: String) throws(KernelTracerError) {
      guard detachableLinks == nil, !detachable.isEmpty else { return }
      detachableLinks = Links(try object.object.attach(to: path, detachable))
    }
  }

  private final class InstrumentedLibrary {
    var links: [Links] = []
    var places: Set<Place> = []
    struct Place: Hashable {
      var offset: UInt64
      var isReturn: Bool
    }
  }

  private final class Links {
    let links: ProbeLinks
    init(_ links: consuming ProbeLinks) { self.links = links }
  }

  init(_ instruments: [Instrument], _ object: borrowing KernelObject) throws(KernelTracerError) {
    self.instruments = instruments
    stops = try ExecStops(object)
  }

  /// From here on test binaries wait to be looked at.
  func begin() throws(KernelTracerError) { try stops.switchOn() }

  /// Readable when a process waits.
  var descriptor: Int32 { stops.descriptor }

  /// The child that stands in for this process, at its post.
  func guardian() throws(KernelTracerError) -> pid_t {
    try stops.awaitGuard()
    return stops.guardian
  }

  /// Lets everything go; why tests could not be told apart. The kernel takes longer to let go of probes than the rest of
  /// the run's end takes, so that this comes first; nothing waits for it.
  func finish() -> [String] {
    stops.close()
    files.removeAll()
    libraries.removeAll()
    var notes = notes
    if stops.refused > 0 {
      notes.append(
        "\(stops.refused) test binaries were started while \(STOP_SLOTS) others were: their tests are known by process only"
      )
    }
    return notes
  }

  /// Sees to the processes that wait. What goes wrong with one becomes a note, and it goes on.
  func serve(
    _ session: borrowing KernelObject, _ onEvent: (KernelEvent) -> Void
  ) throws(KernelTracerError) {
    try stops.serve { (request) throws(KernelTracerError) in
      if request.slot == STOP_NO_SLOT { return prepare(request, session) }
      if request.slot == STOP_NO_MORE { return detach(request, session) }
      let text = instrument(request, session)
      fillEnvironment(Int32(request.tracer_pid))
      let isInTime = try stops.release(request)
      if let text, isInTime {
        let process = ProcessIdentity(request.process)
        onEvent(
          .marker(
            MarkerEvent(
              time: .now, process: process, thread: process.pid, verb: .adapter, test: .none, text: text)))
      } else if text != nil {
        note("a test binary was let go after \(PT_STOP_SECONDS) s, before its probes were attached")
      }
    }
  }

  /// Does what takes long before a test binary appears that waits for it. What fails here is told when one does.
  private func prepare(_ request: stop_request, _ session: borrowing KernelObject) {
    let path = ProcFile.link("/proc/\(request.tracer_pid)/exe") ?? ""
    let name = path.split(separator: "/").last
    for instrument in instruments {
      guard let herald = instrument.herald, herald.name == name ?? "", objects[instrument.name] == nil,
        herald.prepares(path, StoppedProgram.arguments(of: Int32(request.tracer_pid)))
      else { continue }
      do throws(KernelTracerError) {
        objects[instrument.name] = try load(instrument, session)
      } catch {
        continue
      }
    }
  }

  private func load(
    _ instrument: Instrument, _ session: borrowing KernelObject
  ) throws(KernelTracerError) -> LoadedObject {
    LoadedObject(try ProbeObject(instrument.program, sharing: session))
  }

  /// What to say of a process whose program has probes now, nil for none.
  private func instrument(_ request: stop_request, _ session: borrowing KernelObject) -> String? {
    let executable = open("/proc/\(request.tracer_pid)/exe", O_RDONLY | O_CLOEXEC)
    guard executable >= 0 else {
      // Killed while it was stopped, or a file that its own user may not read.
      if errno != ENOENT, errno != ESRCH { note("a test binary cannot be read: \(systemMessage(errno))") }
      return nil
    }
    defer { close(executable) }
    guard let identity = FileIdentity(executable) else { return nil }
    if let known = files[identity] {
      known.processes[request.process.pid] = request
      do throws(KernelTracerError) {
        try known.attachDetachable(to: "/proc/self/fd/\(executable)")
      } catch {
        note("some of the tests of \(Self.name(of: request)) are known by process only: \(error.description)")
      }
      return known.text
    }
    let program = StoppedProgram(
      pid: Int32(request.tracer_pid), identity: ProcessIdentity(request.process),
      executable: "/proc/self/fd/\(executable)", file: identity)
    // A name that does not fit: a file that was deleted, and has " (deleted)" behind it.
    let named = instruments.filter { $0.isAsked(about: program.fileName) }
    for instrument in named.isEmpty ? instruments : named {
      do {
        guard let file = try attach(instrument, to: program, session) else { continue }
        file.processes[request.process.pid] = request
        if !file.links.isEmpty {
          makeRoom(session)
          files[identity] = file
        }
        return file.text
      } catch {
        note("\(instrument.name) tests of \(Self.name(of: request)) are known by process only: \(error.reason)")
      }
    }
    return nil
  }

  private func fillEnvironment(_ pid: Int32) {
    guard let lateEnvironment else { return }
    let failure = lateEnvironment.fill(pid)
    // Killed while it was stopped.
    guard failure != 0, failure != ESRCH, failure != ENOENT else { return }
    let names = lateEnvironment.variables.map(\.name).joined(separator: ", ")
    note("a test process did not get \(names): its memory cannot be written, \(systemMessage(failure))")
  }

  private func attach(
    _ instrument: Instrument, to program: StoppedProgram, _ session: borrowing KernelObject
  ) throws(InstrumentError) -> InstrumentedFile? {
    guard let plan = try instrument.plan(program) else { return nil }
    do throws(KernelTracerError) {
      if objects[instrument.name] == nil {
        objects[instrument.name] = .some(nil)
        objects[instrument.name] = try load(instrument, session)
      }
      guard case .some(.some(let loaded)) = objects[instrument.name] else { return nil }
      let lines = plan.description.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      let text = lines.reduce(instrument.name) { "\($0)\n\($1.key)=\($1.value)" }
      let detachable = plan.sites[program.executable, default: []].filter(\.isDetachable)
      let file = InstrumentedFile(text, loaded, detachable: detachable, detachingNote: instrument.detachingNote)
      try loaded.object.write(plan.entries)
      for (path, sites) in plan.sites {
        if plan.isOfLibraries {
          try attach(loaded.object, toLibrary: path, sites)
        } else {
          file.links.append(Links(try loaded.object.attach(to: path, sites.filter { !$0.isDetachable })))
        }
      }
      try file.attachDetachable(to: program.executable)
      return file
    } catch {
      throw InstrumentError(error.description)
    }
  }

  /// Places that have a probe already keep it: a second one would have everything happen twice.
  private func attach(
    _ object: borrowing ProbeObject, toLibrary path: String, _ sites: [ProbePlan.Site]
  ) throws(KernelTracerError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot read \(path)", errno: errno) }
    defer { close(descriptor) }
    guard let identity = FileIdentity(descriptor) else { throw .system("cannot read \(path)", errno: errno) }
    let library = libraries[identity] ?? InstrumentedLibrary()
    let new = sites.filter { !library.places.contains(.init(offset: $0.offset, isReturn: $0.isReturn)) }
    guard !new.isEmpty else { return }
    library.links.append(Links(try object.attach(to: path, new)))
    for site in new { library.places.insert(.init(offset: site.offset, isReturn: site.isReturn)) }
    libraries[identity] = library
  }

  /// A process passes its detachable probes too often, and goes by them no more. They stay where others run the same
  /// file, which do.
  private func detach(_ request: stop_request, _ session: borrowing KernelObject) {
    let file = files.values.first { $0.processes[request.process.pid]?.process.start == request.process.start }
    guard let file else { return }
    note("\(Self.name(of: request)) \(file.detachingNote)")
    if runningProcesses(of: file, session) <= 1 { file.detachableLinks = nil }
  }

  private func makeRoom(_ session: borrowing KernelObject) {
    guard files.count >= Self.fileLimit else { return }
    for (identity, file) in files where runningProcesses(of: file, session) == 0 { files[identity] = nil }
  }

  private func runningProcesses(of file: InstrumentedFile, _ session: borrowing KernelObject) -> Int {
    let members = session.mapDescriptor("members")
    return file.processes.count { pid, request in
      var key = pid
      var current = member()
      return bpf_map_lookup_elem(members, &key, &current) == 0 && current.start == request.process.start
    }
  }

  private func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// The file name of what a process runs.
  private static func name(of request: stop_request) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/\(request.tracer_pid)/exe", &buffer, buffer.count)
    guard length > 0 else { return "pid \(request.tracer_pid)" }
    let path = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path.split(separator: "/").last.map(String.init) ?? path
  }
}
