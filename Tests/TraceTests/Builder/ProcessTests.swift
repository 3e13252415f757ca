import Testing
import Trace

@Suite struct TraceBuilderProcessTests {
  @Test func makesTheProcessTree() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), exec(10, "/bin/sh", ["sh", "-c", "a"], at: 10_100), fork(11, by: 10),
      exec(11, "/bin/a", at: 11_100), exit(11, .signaled(signal: 9, coreDumped: true), at: 12_000),
      exit(10, .exited(code: 3), at: 13_000), .commandEnded(at(13_500)),
    ])
    #expect(trace.processes.map(\.identity) == [id(10), id(11)])
    let (shell, child) = (trace.processes[0], trace.processes[1])
    #expect(shell.parent == nil)
    #expect(shell.parentIdentity == id(1))
    #expect(shell.inheritedImage == nil)
    #expect(trace.image(of: shell)?.arguments == ["sh", "-c", "a"])
    #expect(child.parent == 0)
    #expect(child.inheritedImage == shell.executions[0].image)
    #expect(trace.image(of: child)?.path == "/bin/a")
    #expect(trace.image(of: child, at: at(11_050))?.path == "/bin/sh")
    #expect(child.end == at(12_000))
    #expect(child.status == .signaled(signal: 9, coreDumped: true))
    #expect(child.cpuTime == 77)
    #expect(child.peakResidentBytes == 4096)
    #expect(child.namespacePID == 10)
    #expect(child.uid == 1000)
    #expect(child.gid == 1001)
    #expect(trace.ancestry(of: 1) == [1, 0])
    #expect(trace.end?.status == .exited(code: 3))
    #expect(!trace.processes.contains { $0.isLeaked })
  }

  @Test func holdsEqualImagesOnce() {
    let trace = trace(
      [fork(10, by: 1, isRoot: true)] + (11..<40).map { exec($0, $0 % 2 == 0 ? "/bin/a" : "/bin/b", at: 50_000) })
    #expect(trace.images.map(\.path).sorted() == ["/bin/a", "/bin/b"])
    #expect(trace.processes.dropFirst().allSatisfy { trace.image(of: $0)?.path.hasPrefix("/bin/") == true })
  }

  @Test func keepsImagesApartThatDifferInOneThing() {
    let image = ProcessImage(path: "/bin/a", arguments: ["a"], workingDirectory: "/")
    var variants = [image, image, image, image, image, image]
    variants[1].workingDirectory = "/src"
    variants[2].environment = ["TRACEPARENT": "00-x"]
    variants[3].uid = 5
    variants[4].unredactedArguments = ["b"]
    variants[5].flags = .deleted
    let trace = trace(
      variants.enumerated().map { index, image in
        .exec(
          ExecEvent(
            time: at(20_000), process: id(10 + Int32(index)), namespacePID: 1, thread: 10, imageID: imageID("/bin/a"),
            image: image))
      })
    #expect(trace.processes.map { trace.image(of: $0) } == variants)
  }

  @Test func keepsEveryExecInOrder() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), exec(10, "/bin/c", at: 10_300), exec(10, "/bin/a", at: 10_100),
      exec(10, "/bin/b", at: 10_200, thread: 15), exec(10, "/bin/d", at: 10_400),
    ])
    #expect(trace.processes.count == 1)
    #expect(trace.processes[0].executions.map { trace.images[$0.image].name } == ["a", "b", "c", "d"])
    #expect(trace.image(of: trace.processes[0], at: at(10_250))?.name == "b")
  }

  @Test func ordersProcessesWhoseEventsComeLate() {
    let trace = trace([
      exec(12, "/bin/b", at: 12_100), fork(12, by: 11), fork(11, by: 10), fork(10, by: 1, isRoot: true),
      exec(11, "/bin/a", at: 11_200), exec(10, "/bin/sh", at: 10_100), exit(12, at: 12_500),
    ])
    #expect(trace.processes.map(\.identity.pid) == [10, 11, 12])
    #expect(trace.processes.map(\.parent) == [nil, 0, 1])
    #expect(trace.processes[1].inheritedImage.map { trace.images[$0].path } == "/bin/sh")
    #expect(trace.processes[2].inheritedImage.map { trace.images[$0].path } == "/bin/a")
    #expect(trace.processes[2].tracerPID == 12)
    #expect(trace.processes[2].end == at(12_500))
  }

  @Test func inheritsWhatTheParentWasAtTheFork() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), exec(10, "/bin/a", at: 10_100), fork(11, by: 10), fork(12, by: 11),
      exec(10, "/bin/b", at: 12_500), fork(13, by: 10),
    ])
    #expect(trace.processes.map { trace.image(of: $0)?.path } == ["/bin/b", "/bin/a", "/bin/a", "/bin/b"])
  }

  @Test func keepsAProcessWhoseForkWasLost() {
    let trace = trace([fork(10, by: 1, isRoot: true), exec(11, "/bin/a", at: 11_100), exit(12, at: 12_100)])
    #expect(trace.processes.map(\.identity.pid) == [10, 11, 12])
    #expect(trace.processes[1].parent == nil)
    #expect(trace.processes[1].parentIdentity.pid == 0)
    #expect(trace.processes[1].tracerPID == 0)
    #expect(trace.processes[1].namespacePID == 10)
    #expect(trace.processes[1].uid == 1000)
    #expect(trace.processes[2].end == at(12_100))
  }

  @Test func takesLostExecsFromTheImageTable() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), exec(10, "/bin/sh", at: 10_100), fork(11, by: 10), fork(12, by: 10),
      exec(12, "/very/long/path", at: 12_100), image("/bin/sh", of: 1, first: 10, at: 10_100),
      image("/bin/lost", of: 10, first: 11, at: 11_100, count: 4),
      image("/very/long/path", of: 10, first: 12, at: 12_100, cutTo: "path"),
      image("/bin/gone", of: 12, first: 13, at: 13_100),
    ])
    #expect(trace.processes.map { $0.executions.count } == [1, 1, 1, 1])
    #expect(trace.image(of: trace.processes[1])?.path == "/bin/lost")
    #expect(trace.image(of: trace.processes[1])?.arguments == [])
    #expect(trace.processes[1].executions.first?.time == at(11_100))
    #expect(trace.processes[3].identity == id(13))
    #expect(trace.processes[3].parent == 2)
    #expect(trace.image(of: trace.processes[3])?.path == "/bin/gone")
  }

  @Test func listsExecutedImages() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), fork(12, by: 10), exec(12, "/very/long/path", at: 12_100),
      image("/very/long/path", of: 10, first: 12, at: 12_100, count: 3, cutTo: "path"),
      image("/x", of: 99, first: 98, at: 10_200, cutTo: "x"),
    ])
    #expect(trace.executedImages.map(\.path) == ["x", "/very/long/path"])
    #expect(trace.executedImages.map(\.isPathCut) == [true, false])
    #expect(trace.executedImages.map(\.parent) == [nil, 0])
    #expect(trace.executedImages.map(\.count) == [1, 3])
  }

  @Test func marksWhatOutlivesTheCommand() {
    let trace = trace([
      fork(10, by: 1, isRoot: true), fork(11, by: 10), fork(12, by: 10), fork(13, by: 10), exit(11, at: 14_000),
      exit(10, at: 15_000), .commandEnded(at(15_100)), exit(12, at: 16_000),
      fork(17, by: 13),
    ])
    #expect(trace.processes.map(\.identity.pid) == [10, 11, 12, 13, 17])
    #expect(trace.processes.map(\.isLeaked) == [false, false, true, true, true])
    #expect(trace.processes[2].end == at(16_000))
  }

  @Test func knowsTheEndOfTheCommandWithoutItsRecord() {
    let trace = trace([fork(10, by: 1, isRoot: true), .commandEnded(at(15_100))])
    #expect(trace.processes[0].end == at(15_100))
    #expect(trace.processes[0].status == .exited(code: 3))
    #expect(!trace.processes[0].isLeaked)
  }

  @Test func leaksNothingInARunThatBrokeOff() {
    let trace = trace([fork(10, by: 1, isRoot: true), fork(11, by: 10)], end: nil)
    #expect(trace.end == nil)
    #expect(!trace.processes.contains { $0.isLeaked })
  }

  @Test func keepsAProcessLean() {
    #expect(MemoryLayout<TracedProcess>.stride <= 128)
  }

  @Test func findsALostParentWhereTheImageTableLeavesOneChoice() {
    let events = [
      fork(10, by: 1, isRoot: true), exec(10, "/bin/sh", at: 10_100), fork(11, by: 10), exec(11, "/bin/a", at: 11_100),
      fork(12, by: 11), exec(12, "/bin/b", at: 12_100), exec(13, "/bin/a", at: 13_100), exec(14, "/bin/b", at: 14_100),
      image("/bin/a", of: 10, first: 11, at: 11_100, count: 2),
      image("/bin/b", of: 11, first: 12, at: 12_100, count: 2),
    ]
    #expect(trace(events).processes.map(\.parentIdentity) == [1, 10, 11, 10, 11].map(id))
    let another = image("/bin/a", of: 11, first: 15, at: 15_100, count: 2)
    #expect(trace(events + [another]).processes[3].parentIdentity.pid == 0)
    var refused = testEnd
    refused.loss.imagesRefused = 1
    #expect(trace(events, end: refused).processes[3].parentIdentity.pid == 0)
  }
}
