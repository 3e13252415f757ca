/// The policy options of the command line: added to the file's lists, where a deny wins over every allow.
public struct PolicyFlags: Hashable, Sendable {
  /// Each a comma list, as often as the option was given.
  public var allowNet: [String] = []
  public var denyNet: [String] = []
  public var allowRun: [String] = []
  public var denyRun: [String] = []
  /// nil: as the file says.
  public var mode: Verdict.Mode?
  /// nil: the tests, in enforce everything.
  public var scope: Policy.Scope?
  public var allowIncomplete = false
  public var strict = false

  public init() {}
}

extension Policy {
  /// Adds the flags. `--allow-net` and `--deny-net` speak about everything that is judged, the harness included.
  /// `--allow-run` adds to the allow lists that there are, and makes one where there is none.
  ///
  /// - Throws: ``PolicyError/flag(name:_:)``.
  mutating func apply(_ flags: PolicyFlags) throws(PolicyError) {
    mode = flags.mode ?? mode
    if mode == .enforce, flags.scope == .tests {
      throw .flag(
        name: "--scope",
        .expected("all, for the kernel cannot tell a test from its runner before either acts", found: "tests"))
    }
    scope = flags.scope ?? (mode == .enforce ? .all : .tests)
    allowsIncomplete = flags.allowIncomplete
    isStrict = flags.strict
    let allowed = try Self.destinations(flags.allowNet, flag: "--allow-net", denies: false)
    let denied = try Self.destinations(flags.denyNet, flag: "--deny-net", denies: true)
    network.allow += allowed
    network.deny += denied
    harness?.allow += allowed
    harness?.deny += denied
    processes.deny += try Self.programs(flags.denyRun, flag: "--deny-run")
    let programs = try Self.programs(flags.allowRun, flag: "--allow-run")
    guard !programs.isEmpty else { return }
    if processes.allow == nil, tests.contains(where: { $0.processesAllow != nil }) {
      for index in tests.indices { tests[index].processesAllow? += programs }
    } else {
      if processes.allow == nil {
        processes.allowReference = RuleReference(text: "processes.allow", source: "--allow-run")
      }
      processes.allow = (processes.allow ?? []) + programs
    }
  }

  private static func destinations(
    _ lists: [String], flag: String, denies: Bool
  ) throws(PolicyError) -> [NetworkRule] {
    var rules: [NetworkRule] = []
    for text in lists.flatMap(commaSeparated) {
      do throws(GrammarError) {
        let spec = try NetworkSpec(text)
        try spec.checkMeaning(inDenyList: denies)
        rules.append(NetworkRule(spec: spec, reference: RuleReference(text: text, source: flag)))
      } catch {
        throw .flag(name: flag, error)
      }
    }
    return rules
  }

  private static func programs(_ lists: [String], flag: String) throws(PolicyError) -> [ProcessRule] {
    var rules: [ProcessRule] = []
    for text in lists.flatMap(commaSeparated) {
      do {
        rules.append(
          ProcessRule(program: try ProgramPattern(text), reference: RuleReference(text: text, source: flag)))
      } catch {
        throw .flag(name: flag, error)
      }
    }
    return rules
  }

  private static func commaSeparated(_ list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map { part in
      var text = part
      while text.first == " " { text.removeFirst() }
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }
}
