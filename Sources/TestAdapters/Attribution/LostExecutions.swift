import Trace

/// Where exec records were lost: a process among these may have become anything, a test process too.
///
/// The kernel's image table counts every execution by the parent of the process that made it, so a parent whose
/// children have fewer records than that is where they were lost.
enum LostExecutions {
  case none
  case amongChildren(of: Set<ProcessIdentity>)
  case anywhere

  init(_ trace: Trace) {
    guard let loss = trace.end?.loss, loss.ringFailures["exec", default: 0] > 0 else {
      self = .none
      return
    }
    guard loss.imagesRefused == 0 else {
      self = .anywhere
      return
    }
    var missing: [ProcessIdentity: Int64] = [:]
    for image in trace.executedImages { missing[trace.forker(of: image), default: 0] += Int64(clamping: image.count) }
    for process in trace.processes { missing[process.parentIdentity, default: 0] -= Int64(process.executions.count) }
    let parents = missing.filter { $0.value > 0 }.map(\.key)
    // The table does not show where: then it can be anywhere.
    self = parents.isEmpty ? .anywhere : .amongChildren(of: Set(parents))
  }

  func mayConcern(childrenOf parent: ProcessIdentity) -> Bool {
    switch self {
    case .none: false
    case .amongChildren(let parents): parents.contains(parent)
    case .anywhere: true
    }
  }
}

extension Trace {
  /// Who forked the processes that became an image, by the name that the processes themselves give it: the command's
  /// own parent is outside of the run, and the kernel's table may know it by another.
  func forker(of image: ExecutedImage) -> ProcessIdentity {
    guard image.parent == nil, let command = processes.first, command.parent == nil,
      image.firstProcess == command.identity
    else { return image.parentIdentity }
    return command.parentIdentity
  }
}
