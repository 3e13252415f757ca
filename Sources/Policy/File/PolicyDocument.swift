/// What one policy file says, before it is joined with the files that it extends; nil where it is silent.
struct PolicyDocument: Sendable {
  var mode: Verdict.Mode?
  var network: NetworkRules?
  var harness: NetworkRules?
  var processes: ProcessRules?
  var tests: [TestRules] = []
  var testsMayWiden: Bool?
  var extends: [(target: String, mark: YAMLMark)] = []
  var reportsDirectory: String?
}

extension Policy {
  /// Adds a file to the ones that it extends: lists grow, single values are replaced, and its `tests` are asked first.
  mutating func add(_ document: PolicyDocument) {
    mode = document.mode ?? mode
    testsMayWiden = document.testsMayWiden ?? testsMayWiden
    reportsDirectory = document.reportsDirectory ?? reportsDirectory
    tests = document.tests + tests
    if let rules = document.network { network.append(rules) }
    if let rules = document.harness {
      var joined = harness ?? NetworkRules(allowReference: rules.allowReference)
      joined.append(rules)
      harness = joined
    }
    if let rules = document.processes {
      processes.deny += rules.deny
      processes.max = rules.max ?? processes.max
      processes.baseline = rules.baseline ?? processes.baseline
      if let allow = rules.allow {
        processes.allow = (processes.allow ?? []) + allow
        processes.allowReference = rules.allowReference
      }
    }
  }
}
