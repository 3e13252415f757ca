extension TraceBuilder {
  /// Gives processes whose forks were not recorded their parents, where the kernel's image table leaves one choice.
  ///
  /// The table counts every execution by program and parent. A process became what the children of one parent alone
  /// became more often than their records tell: it is one of those children.
  mutating func findLostParents() {
    let orphans = trace.processes.indices.filter {
      trace.processes[$0].parentIdentity == .unknown && !trace.processes[$0].executions.isEmpty
    }
    // A table that refused entries leaves choices that it does not show.
    guard !orphans.isEmpty, let end = trace.end, end.loss.imagesRefused == 0 else { return }
    let choices = unrecordedExecutions().mapValues { counts in counts.filter { $0.value > 0 }.map(\.key) }
    for index in orphans {
      let paths = trace.processes[index].executions.map { imageTable.images[$0.image].path }
      if let parent = paths.lazy.compactMap({ choices[$0] }).first(where: { $0.count == 1 })?.first {
        trace.processes[index].parentIdentity = parent
      }
    }
  }

  /// By path and parent, how many executions the table counts beyond those on record.
  private func unrecordedExecutions() -> [String: [ProcessIdentity: Int64]] {
    var counts: [String: [ProcessIdentity: Int64]] = [:]
    for entry in imageEntries {
      let path = imageTable.image(of: entry.imageID)?.path ?? entry.path
      counts[path, default: [:]][entry.parent, default: 0] += Int64(clamping: entry.count)
    }
    for process in trace.processes where process.parentIdentity != .unknown {
      for execution in process.executions {
        counts[imageTable.images[execution.image].path]?[process.parentIdentity, default: 0] -= 1
      }
    }
    return counts
  }
}
