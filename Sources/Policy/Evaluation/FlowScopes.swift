import Trace

/// Compares the scopes of network rules with the process behind a destination.
struct FlowScopes {
  let trace: Trace

  /// A deny rule holds where any of the programs that used the destination fits, an allow rule where all do.
  func match(_ scopes: RuleScopes, _ flow: Flow, denies: Bool) -> RuleMatch {
    if scopes.isEmpty { return .yes }
    var answers: [RuleMatch] = []
    if let exe = scopes.exe { answers.append(match(exe, programsOf: flow, denies: denies)) }
    if let argv = scopes.argv { answers.append(match(argv, argumentsOf: flow)) }
    if let parent = scopes.parent { answers.append(match(parent, ancestorsOf: flow)) }
    if let user = scopes.user { answers.append(match(user, userOf: flow)) }
    return answers.contains(.no) ? .no : answers.contains(.unknown) ? .unknown : .yes
  }

  private func image(of flow: Flow) -> ProcessImage? {
    flow.process.flatMap { trace.image(of: trace.processes[$0], at: flow.firstAttempt) }
  }

  private func match(_ pattern: ProgramPattern, programsOf flow: Flow, denies: Bool) -> RuleMatch {
    var answers: [RuleMatch] = []
    if let path = flow.executable {
      // The kernel's table keeps the end of a long path; memfd: names have no directory.
      let isCut = !path.hasPrefix("/") && !path.hasPrefix("memfd:")
      answers.append(pattern.match(path: path, isCut: isCut))
    } else {
      answers.append(image(of: flow).map { pattern.match($0) } ?? .unknown)
    }
    if let process = flow.process {
      let later = trace.processes[process].executions.filter {
        $0.time > flow.firstAttempt && $0.time <= flow.lastAttempt
      }
      answers += later.map { pattern.match(trace.images[$0.image]) }
    }
    if denies { return answers.contains(.yes) ? .yes : answers.contains(.unknown) ? .unknown : .no }
    return answers.contains(.no) ? .no : answers.contains(.unknown) ? .unknown : .yes
  }

  private func match(_ pattern: Glob, argumentsOf flow: Flow) -> RuleMatch {
    guard let image = image(of: flow), image.cutArgumentBytes == nil, !image.flags.contains(.argumentsUnreadable) else {
      return .unknown
    }
    return pattern.matches(image.unredactedArguments.joined(separator: " ")) ? .yes : .no
  }

  private func match(_ pattern: ProgramPattern, ancestorsOf flow: Flow) -> RuleMatch {
    guard let process = flow.process else { return .unknown }
    let chain = trace.ancestry(of: process)
    var isUnknown = chain.last != 0
    for ancestor in chain.dropFirst() {
      let before = trace.processes[ancestor].executions.filter { $0.time <= flow.firstAttempt }.map(\.image)
      let images = before + [trace.processes[ancestor].inheritedImage].compactMap { $0 }
      isUnknown = isUnknown || images.isEmpty
      for image in images {
        switch pattern.match(trace.images[image]) {
        case .yes: return .yes
        case .unknown: isUnknown = true
        case .no: break
        }
      }
    }
    return isUnknown ? .unknown : .no
  }

  private func match(_ user: UInt32, userOf flow: Flow) -> RuleMatch {
    guard let process = flow.process else { return .unknown }
    return (image(of: flow)?.uid ?? trace.processes[process].uid) == user ? .yes : .no
  }
}

extension ProgramPattern {
  func match(_ image: ProcessImage) -> RuleMatch {
    match(path: image.path, isCut: image.flags.contains(.pathCut))
  }
}
