import CKernelABI
import Trace

extension MarkerEvent {
  /// Nil for a verb that leaves no record, or where the text does not fit the record.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let fixed = record.fixedPart(as: event_marker.self), let verb = Verb(fixed.verb) else { return nil }
    let text = record.dropFirst(MemoryLayout<event_marker>.size).prefix(Int(fixed.text_length))
    guard text.count == Int(fixed.text_length) else { return nil }
    self.init(
      time: BootInstant(fixed.header.time), process: ProcessIdentity(fixed.header.process),
      thread: Int32(bitPattern: fixed.header.thread), verb: verb, test: TestMark(kernelWord: fixed.test),
      previous: TestMark(kernelWord: fixed.previous), text: String(decoding: text, as: UTF8.self))
  }
}

extension MarkerEvent.Verb {
  fileprivate init?(_ verb: UInt32) {
    switch Int32(verb) {
    case MARKER_BEGIN: self = .begin
    case MARKER_PHASE: self = .phase
    case MARKER_FIXTURE: self = .fixture
    case MARKER_END, MARKER_THREAD_END: self = .end
    case MARKER_THREAD: self = .thread
    case MARKER_ADAPTER: self = .adapter
    default: return nil
    }
  }
}
