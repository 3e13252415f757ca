import Testing
import Trace

@testable import TestAdapters

@Suite struct PytestPluginTests {
  @Test func appendsToWhatTheUserHas() {
    #expect(PytestPlugin.value(appending: "/ours", to: nil) == "/ours")
    #expect(PytestPlugin.value(appending: "/ours", to: "") == "/ours")
    #expect(PytestPlugin.value(appending: "/ours", to: "/a:/b") == "/a:/b:/ours")
  }

  /// The bytes of `zip -0` for one file, but for its times.
  @Test func archivesAsZipDoes() {
    let archive = ZipArchive.stored([("a", Array("hello".utf8))])
    #expect(archive.count == 30 + 1 + 5 + 46 + 1 + 22)
    #expect(archive.prefix(4) == [0x50, 0x4B, 3, 4])
    // CRC-32 of "hello".
    #expect(archive[14..<18] == [0x86, 0xA6, 0x10, 0x36])
    #expect(archive[30..<36] == ArraySlice("ahello".utf8))
  }
}

@Suite struct PytestReachTests {
  private func note(_ arguments: [String], isAdapted: Bool = false, adapters: [String] = ["pytest"]) -> String? {
    var run = RecordedRun()
    run.process(nil, ProcessImage(path: "/usr/bin/python3", arguments: ["python3"] + arguments))
    run.trace.header.adapters = adapters
    if isAdapted { run.trace.adaptedProcesses = [run.trace.processes[0].identity] }
    TestAttribution.attribute(&run.trace)
    return run.trace.attributionNotes.first
  }

  @Test(arguments: [
    (["-I", "-m", "pytest"], "python -I ignores PYTHONPATH"), (["-sE", "-m", "pytest"], "python -sE ignores"),
    (["-m", "pytest", "-p", "no:process_tracer"], "-p no:process_tracer"),
    (["-m", "pytest", "-I"], "did not load the pytest plugin"),
  ])
  func saysWhyThePluginIsNotThere(_ arguments: [String], _ reason: String) throws {
    let note = try #require(self.note(arguments))
    #expect(note.contains(reason), "\(note)")
    #expect(note.contains("pid 100"))
  }

  @Test func isSilentWhereItIsThereOrNotWanted() {
    #expect(note(["-m", "pytest"], isAdapted: true) == nil)
    #expect(note(["-m", "pytest"], adapters: []) == nil)
    #expect(note(["-c", "1"]) == nil)
  }
}
