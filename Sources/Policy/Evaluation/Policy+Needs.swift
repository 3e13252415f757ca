extension Policy {
  var hasProgramRules: Bool {
    processes.allow != nil || !processes.deny.isEmpty
      || tests.contains { $0.processesAllow != nil || $0.processesDeny != nil }
  }

  var hasProcessLimits: Bool {
    processes.max != nil || tests.contains { $0.processesMax != nil }
  }

  /// What is harness needs no entry: where the records that would tell are lost, attribution calls all of it test.
  var evidenceNeeds: EvidenceNeeds {
    var needs = EvidenceNeeds(isStrict: isStrict)
    let networkRules =
      network.allow + network.deny + (harness.map { $0.allow + $0.deny } ?? [])
      + tests.flatMap { ($0.networkAllow ?? []) + ($0.networkDeny ?? []) }
    let hasScopes = networkRules.contains { !$0.scopes.isEmpty }
    needs.programs = hasProgramRules || processes.baseline != nil || networkRules.contains { $0.scopes.exe != nil }
    needs.unixSockets = networkRules.contains { if case .unix = $0.spec.destination { true } else { false } }
    needs.names = networkRules.contains { $0.spec.isByName }
    if hasProcessLimits { needs.processRecords.append("processes.max counts them") }
    if hasScopes { needs.processRecords.append("rules with exe, argv, parent or user read them") }
    if tests.contains(where: \.narrows) {
      needs.tests = true
      needs.processRecords.append("rules under tests: need to know whose test it was")
    }
    return needs
  }
}

extension TestRules {
  /// Whether it forbids what the run may do.
  fileprivate var narrows: Bool {
    networkDeny != nil || processesAllow != nil || processesDeny != nil || processesMax != nil
  }
}

extension NetworkSpec {
  var isByName: Bool {
    switch destination {
    case .host, .subdomains, .lookup: true
    case .network, .unix, .keyword: false
    }
  }
}
