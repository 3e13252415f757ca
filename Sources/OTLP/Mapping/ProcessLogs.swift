import Trace

extension RunLogs {
  /// `process_tracer.process.exec`: a process became a program.
  func execution(_ number: Int, of index: Int) -> LogRecord {
    let process = mapping.trace.processes[index]
    let execution = process.executions[number]
    var record = record("process_tracer.process.exec", at: execution.time, of: index)
    record.attributes.add("process.pid", process.identity.pid)
    record.attributes.add("process.parent_pid", process.parentIdentity.pid)
    mapping.addImage(mapping.trace.images[execution.image], to: &record.attributes)
    mapping.addTest(process.attribution, to: &record.attributes)
    return record
  }

  /// `process_tracer.process.exit`: the last thread of a process is dead; an error where its status is one.
  func exit(of index: Int) -> LogRecord {
    let process = mapping.trace.processes[index]
    let end = process.end ?? process.identity.start
    var record = record("process_tracer.process.exit", at: end, of: index)
    if process.status?.isSuccess == false { record.severity = .error }
    mapping.addProcess(index, process.identity, at: end, to: &record.attributes)
    process.status?.add(to: &record.attributes)
    mapping.addTest(process.attribution, to: &record.attributes)
    return record
  }
}
