import CDisassembler

/// A Go test binary: where its runtime and its testing package do what tells tests apart, found in its own code.
///
/// No table of versions: functions are found by name, places within them by what they call, offsets by what the
/// functions themselves load. What is not found in the known form is an error, never a guess.
public struct GoTestBinary: Hashable, Sendable {
  /// A place for a probe. The kernel emulates the instruction there, which costs a tenth of a single step.
  public struct Site: Hashable, Sendable {
    public var place: Place
    /// Bytes from the start of the file.
    public var offset: UInt64
    public var first: UInt64 = 0
    public var second: UInt64 = 0
    /// Where a goroutine is created, and its number is known there.
    public var numbers: GoroutineNumbers?
  }

  /// Where a goroutine (`runtime.g`) has its own number and its creator's, bytes from its start.
  public struct GoroutineNumbers: Hashable, Sendable {
    public var own: UInt64
    public var creator: UInt64
  }

  /// What happens at a place; `GO_*` of bpf/abi/go.h say in which registers.
  public enum Place: Hashable, Sendable, CaseIterable {
    case testBegins, testEnds, exampleBegins, exampleEnds, benchmarkBegins, benchmarkEnds
    case goroutineCreated, timerCreated
    case sentDirectly, receivedDirectly, sentToBuffer, takenFromBuffer, sentFromWaiting
    case waits
  }

  public var sites: [Site]
  /// The import path of the tested package.
  public var package: String?

  /// Nil where the file is no Go program. Throws where its tests cannot be told apart.
  public init?(path: String) throws(BinaryError) {
    let image = try ELFImage(path: path)
    let isGo = [".go.buildinfo", ".note.go.buildid", ".gopclntab"].contains { image.section(named: $0) != nil }
    guard isGo else { return nil }
    let section = image.section(named: ".gopclntab") ?? image.section(named: ".data.rel.ro.gopclntab")
    guard let section, let bytes = image.bytes(at: section.lowerBound, count: section.count),
      let table = GoLineTable(bytes)
    else { throw BinaryError("its function names (.gopclntab) were removed, or Go is older than 1.20") }
    let information = image.section(named: ".go.buildinfo").flatMap { image.bytes(at: $0.lowerBound, count: $0.count) }
    package = information.flatMap(GoBuildInfo.testedPackage)
    let code = try GoCode(image, table, at: section.lowerBound)
    sites = try code.tests() + code.goroutines() + code.channels()
  }
}

extension GoCode {
  /// The testing package: tests, fuzz targets and their seeds, examples, benchmarks.
  fileprivate func tests() throws(BinaryError) -> [GoTestBinary.Site] {
    // The linker leaves the getter out of packages that do not need it; the report of a result has the name too.
    let getter = "testing.(*common).Name"
    let name = try fieldPair(in: has(getter) ? getter : "testing.(*T).report")
    let failed = byteField(in: "testing.(*common).Failed")
    let skipped = byteField(in: "testing.(*common).Skipped")
    // Without both nothing is said about results.
    let results: (first: UInt64, second: UInt64)
    if let failed, let skipped { results = (failed, skipped) } else { results = (0, 0) }
    var sites = [
      try entry(of: "testing.tRunner", .testBegins, name),
      try entry(of: "testing.(*T).report", .testEnds, results.first, results.second),
    ]
    // What the linker left out is not used.
    if has("testing.fRunner"), has("testing.(*F).report") {
      sites.append(try entry(of: "testing.fRunner", .testBegins, name))
      sites.append(try entry(of: "testing.(*F).report", .testEnds, results.first, results.second))
    }
    if has("testing.runExample"), has("testing.(*InternalExample).processRunResult") {
      sites.append(try entry(of: "testing.runExample", .exampleBegins))
      sites.append(try entry(of: "testing.(*InternalExample).processRunResult", .exampleEnds))
    }
    if has("testing.(*B).runN"),
      let stop = try calls(in: "testing.(*B).runN", to: ["testing.(*B).StopTimer"]).last
    {
      sites.append(try entry(of: "testing.(*B).runN", .benchmarkBegins, name))
      sites.append(try site(.benchmarkEnds, at: stop.address, results.first, results.second))
    }
    return sites
  }

  /// What fits into `GO_CREATION_COOKIE`.
  private static var creationPlaceLimit: UInt64 { 0xFFF }

  /// The scheduler: who creates whom, and what makes a goroutine wait.
  fileprivate func goroutines() throws(BinaryError) -> [GoTestBinary.Site] {
    // The new goroutine becomes runnable; creator and function are where the prologue put them.
    guard let runnable = try calls(in: "runtime.newproc1", to: ["runtime.casgstatus"]).last,
      let function = try argumentPlace(of: X86_REG_RAX, in: "runtime.newproc1"),
      let creator = try argumentPlace(of: X86_REG_RBX, in: "runtime.newproc1"),
      max(function, creator) <= Self.creationPlaceLimit
    else { throw unknownForm("runtime.newproc1") }
    var created = try site(.goroutineCreated, at: runnable.address, creator, function)
    created.numbers = try goroutineNumbers(creatorPlace: creator, before: runnable.address)
    var sites = [created]
    if has("time.AfterFunc") { sites.append(try entry(of: "time.AfterFunc", .timerCreated)) }
    let waits = [
      "sync.runtime_notifyListWait", "time.Sleep", "os.(*Process).wait",
      "os.(*Process).pidWait", "os.(*Process).pidfdWait", "os.(*Process).blockUntilWaitable",
    ]
    // Until there is something to read; that one can write brings nothing. runtime/netpoll.go
    let network = "internal/poll.runtime_pollWait"
    if has(network) { sites.append(try entry(of: network, .waits, UInt64(UInt8(ascii: "r")))) }
    for name in waits where has(name) { sites.append(try entry(of: name, .waits)) }
    return sites
  }

  /// Bytes within which two calls belong together.
  private static var nearby: UInt64 { 64 }

  /// Channels: what is handed from one goroutine to another, directly or through a buffer.
  fileprivate func channels() throws(BinaryError) -> [GoTestBinary.Site] {
    let copy = "runtime.typedmemmove"
    func only(_ function: String, _ callee: String) throws(BinaryError) -> UInt64 {
      let found = try calls(in: function, to: [callee])
      guard found.count == 1 else { throw unknownForm(function) }
      return found[0].address
    }
    let received = try calls(in: "runtime.recv", to: [copy])
    guard received.count == 2, let sender = try argumentPlace(of: X86_REG_RBX, in: "runtime.recv") else {
      throw unknownForm("runtime.recv")
    }
    var sites = [
      try site(.sentDirectly, at: only("runtime.send", "runtime.sendDirect")),
      try site(.receivedDirectly, at: only("runtime.recv", "runtime.recvDirect")),
      try site(.sentToBuffer, at: only("runtime.chansend", copy)),
      try site(.takenFromBuffer, at: only("runtime.chanrecv", copy)),
      // A full buffer: its oldest goes to the receiver, the waiting sender's takes that place.
      try site(.takenFromBuffer, at: received[0].address),
      try site(.sentFromWaiting, at: received[1].address, sender),
    ]
    // In select what is taken is cleared at once behind it.
    let clear = "runtime.typedmemclr"
    let selected = try calls(in: "runtime.selectgo", to: [copy, clear])
    let copies = selected.indices.filter { selected[$0].callee == copy }
    let takes = copies.filter { index in
      index + 1 < selected.count && selected[index + 1].callee == clear
        && selected[index + 1].address - selected[index].address < Self.nearby
    }
    guard copies.count == 2, takes.count == 1, let puts = copies.first(where: { $0 != takes[0] }) else {
      throw unknownForm("runtime.selectgo")
    }
    sites.append(try site(.takenFromBuffer, at: selected[takes[0]].address))
    sites.append(try site(.sentToBuffer, at: selected[puts].address))
    return sites
  }
}
