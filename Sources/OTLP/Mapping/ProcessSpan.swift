import Trace

extension RunSpans {
  /// The span of a process from its fork to its death; its attributes tell the image that it became last.
  func processSpan(_ index: Int) -> Span {
    let process = mapping.trace.processes[index]
    let image = mapping.trace.image(of: process)
    var span = span(image?.name ?? "unknown", at: .process(index), in: spanID(of: tree.places[index]))
    var attributes: [Attribute] = []
    attributes.add("process.pid", process.identity.pid)
    attributes.add("process.parent_pid", process.parentIdentity.pid)
    attributes.add("process.vpid", process.namespacePID)
    attributes.add(
      "process.creation.time", UnixTime(nanoseconds: mapping.time(process.identity.start)).description)
    mapping.addImage(image, to: &attributes)
    attributes.add("process.real_user.id", process.uid)
    mapping.addTest(process.attribution, to: &attributes)
    if let end = process.end {
      attributes.add("process.exit.time", UnixTime(nanoseconds: mapping.time(end)).description)
      attributes.add("process_tracer.cpu_time_ns", process.cpuTime)
      attributes.add("process_tracer.peak_resident_bytes", process.peakResidentBytes)
    } else {
      attributes.add("process_tracer.still_running", if: true)
    }
    attributes.add("process_tracer.leaked", if: process.isLeaked)
    attributes.add("process_tracer.reparented", if: tree.isReparented[index])
    if let status = process.status {
      status.add(to: &attributes)
      span.failure = status.failureMessage.map(Span.Failure.init(message:))
    }
    span.attributes = mapping.withCustom(attributes)
    return span
  }
}
