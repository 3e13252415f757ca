import CKernelABI
import Testing
import Trace

@testable import KernelTracer

@Suite struct KernelRecordDecoderTests {
  private static let key = process_key(pid: 42, reserved: 0, start: 1_000)

  private func header(_ kind: Int32) -> event_header {
    event_header(kind: UInt32(kind), thread: 43, time: 5_000, process: Self.key)
  }

  private func bytes<Record: BitwiseCopyable>(of record: Record, followedBy texts: [String] = []) -> [UInt8] {
    withUnsafeBytes(of: record) { Array($0) } + texts.flatMap { Array($0.utf8) }
  }

  private func decode(_ bytes: [UInt8]) -> KernelEvent? {
    bytes.withUnsafeBytes { KernelRecordDecoder.decode($0) }
  }

  @Test func readsAnExecWithItsTexts() throws {
    var record = event_exec()
    record.header = header(EVENT_EXEC)
    record.argv_full_length = 9
    record.old_thread = 44
    record.path_length = 11
    record.directory_length = 9
    record.argv_length = 9
    record.environment_length = 36
    let texts = [
      "git/bin/usr", "project/w", "git\0log\0\0", "PYTEST_CURRENT_TEST=a.py::b (call)\0X=",
    ]
    guard case .exec(let event)? = decode(bytes(of: record, followedBy: texts)) else {
      Issue.record("not an exec event")
      return
    }
    #expect(event.process == ProcessIdentity(pid: 42, start: BootInstant(nanoseconds: 1_000)))
    #expect(event.thread == 44)
    #expect(event.image.path == "/usr/bin/git")
    #expect(event.image.workingDirectory == "/w/project")
    #expect(event.image.arguments == ["git", "log", ""])
    #expect(event.image.cutArgumentBytes == nil)
    #expect(event.image.environment == ["PYTEST_CURRENT_TEST": "a.py::b (call)"])
  }

  @Test func saysHowLongACutArgvWas() {
    var record = event_exec()
    record.header = header(EVENT_EXEC)
    record.argv_full_length = 50_000
    record.argv_length = 3
    guard case .exec(let event)? = decode(bytes(of: record, followedBy: ["cat"])) else {
      Issue.record("not an exec event")
      return
    }
    #expect(event.image.arguments == ["cat"])
    #expect(event.image.cutArgumentBytes == 50_000)
  }

  /// An answer to the question for `a` that says nothing more.
  private static let answer: [UInt8] = [1, 2, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 1, 0, 1]

  private func payload(_ kind: Int32, _ payload: [UInt8], fullLength: UInt32? = nil, flags: Int32 = 0) -> [UInt8] {
    var record = event_payload()
    record.header = header(kind)
    record.payload_length = UInt32(payload.count)
    record.full_length = fullLength ?? UInt32(payload.count)
    record.flags = UInt32(flags)
    record.port = 443
    return bytes(of: record) + payload
  }

  @Test func readsAnAnswerWithWhatSpeaksAgainstIt() throws {
    guard case .answer(let event)? = decode(payload(EVENT_ANSWER, Self.answer, flags: ANSWER_UNASKED)) else {
      Issue.record("not an answer")
      return
    }
    #expect(event.message?.name == "a")
    #expect(event.doubts == [.unasked])
    #expect(event.cutBytes == nil)
    guard case .answer(let cut)? = decode(payload(EVENT_ANSWER, [1, 2], fullLength: 5000, flags: 15)) else {
      Issue.record("not an answer")
      return
    }
    #expect(cut.message == nil)
    #expect(cut.cutBytes == 5000)
    #expect(cut.doubts == Set(AnswerEvent.Doubt.allCases))
    #expect(decode(Array(payload(EVENT_ANSWER, Self.answer).dropLast())) == nil)
  }

  @Test func tellsFirstDataOnlyWhereItNamesAServer() {
    let request = payload(EVENT_FIRST_DATA, Array("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8))
    guard case .claim(let event)? = decode(request) else {
      Issue.record("not a claim")
      return
    }
    #expect(event.name == "a.example")
    #expect(event.source == .httpHost)
    #expect(event.peer.port == 443)
    let silent = payload(EVENT_FIRST_DATA, Array("SSH-2.0-x".utf8))
    #expect(decode(silent) == nil)
    #expect(silent.withUnsafeBytes { KernelRecordDecoder.isSilent($0) })
    #expect(!request.withUnsafeBytes { KernelRecordDecoder.isSilent($0) })
    #expect(!silent.dropLast().withUnsafeBytes { KernelRecordDecoder.isSilent(UnsafeRawBufferPointer($0)) })
  }

  @Test func refusesARecordThatIsShorterThanItsLengthsSay() {
    var record = event_exec()
    record.header = header(EVENT_EXEC)
    record.path_length = 100
    #expect(decode(bytes(of: record, followedBy: ["short/"])) == nil)
    #expect(decode([1, 2, 3]) == nil)
    #expect(decode(bytes(of: header(99))) == nil)
  }

  @Test func readsIPv4AsItsMappedForm() {
    var record = event_connect()
    record.header = header(EVENT_CONNECT)
    record.address = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, 9)
    record.port = 443
    record.protocol = 6
    guard case .connect(let event)? = decode(bytes(of: record)) else {
      Issue.record("not a connect event")
      return
    }
    #expect(event.peer.description == "203.0.113.9:443")
    #expect(event.protocol == .tcp)
    #expect(event.thread == 43)
  }

  @Test func readsHowAProcessEnded() {
    var record = event_exit()
    record.header = header(EVENT_EXIT)
    record.wait_status = 11 | 0x80
    record.cpu_time = 7
    guard case .exit(let event)? = decode(bytes(of: record)) else {
      Issue.record("not an exit event")
      return
    }
    #expect(event.status == .signaled(signal: 11, coreDumped: true))
    #expect(event.cpuTime == 7)
  }
}
