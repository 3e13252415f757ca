import Glibc
import Trace

/// The programs of a run and when each was first executed, gathered to look at their files afterwards.
struct ExecutedFiles {
  private struct First {
    var time: BootInstant
    var isUnnamed: Bool
  }

  private var firsts: [String: First] = [:]

  init() {}

  init(_ trace: Trace) {
    for process in trace.processes {
      for execution in process.executions { add(trace.images[execution.image], at: execution.time) }
    }
    for image in trace.executedImages where !image.isPathCut {
      note(image.path, at: image.firstTime, isUnnamed: false)
    }
  }

  mutating func add(_ event: KernelEvent) {
    switch event {
    case .exec(let event): add(event.image, at: event.time)
    case .image(let entry) where !entry.isPathCut: note(entry.path, at: entry.firstTime, isUnnamed: false)
    default: break
    }
  }

  /// Looks at the files, in the order of their paths.
  ///
  /// - Parameter header: tells the clock by which a file's times are compared.
  func identities(_ header: RunHeader) -> [ExecutableIdentity] {
    firsts.sorted { $0.key < $1.key }.map { path, first in
      if first.isUnnamed { return ExecutableIdentity(path: path, state: .unnamed) }
      return ExecutableFile.identity(of: path, executedAt: header.unixNanoseconds(first.time))
    }
  }

  private mutating func add(_ image: ProcessImage, at time: BootInstant) {
    guard !image.flags.contains(.pathCut) else { return }
    note(image.path, at: time, isUnnamed: image.flags.contains(.deleted))
  }

  private mutating func note(_ path: String, at time: BootInstant, isUnnamed: Bool) {
    guard let known = firsts[path] else {
      firsts[path] = First(time: time, isUnnamed: isUnnamed)
      return
    }
    firsts[path] = First(time: min(known.time, time), isUnnamed: known.isUnnamed || isUnnamed)
  }
}

extension Trace {
  /// Looks at the files of a run of this machine whose record did not: they may still be there.
  mutating func lookAtFiles() {
    guard let end, end.executables == nil, header.hostname == Machine.name.host else { return }
    let identities = ExecutedFiles(self).identities(header)
    self.end?.executables = identities
  }
}
