import Audit

/// The lists of destinations and programs.
extension PolicyDecoder {
  mutating func networkRules(_ node: YAMLNode, key: String) -> NetworkRules {
    let members = map(node, key: key, known: ["allow", "deny"])
    let allow = members["allow"]
    var rules = NetworkRules(allowReference: reference("\(key).allow", at: allow?.mark ?? node.mark))
    rules.allow = allow.map { networkList($0, key: "\(key).allow", denies: false) } ?? []
    rules.deny = members["deny"].map { networkList($0, key: "\(key).deny", denies: true) } ?? []
    return rules
  }

  mutating func networkList(_ node: YAMLNode, key: String, denies: Bool) -> [NetworkRule] {
    list(node, key: key).compactMap { networkRule($0, key: key, denies: denies) }
  }

  private mutating func networkRule(_ node: YAMLNode, key: String, denies: Bool) -> NetworkRule? {
    let expected = "a destination, or a map with net"
    guard case .mapping = node.content else {
      return string(node, key: key, expected).flatMap { networkSpec($0, node.mark, key: key, denies: denies) }
    }
    let members = map(
      node, key: key, known: ["net", "exe", "argv", "parent", "user", "reason"] + (denies ? [] : ["expires"]))
    guard let net = members["net"] else {
      fail(at: node.mark, key: "\(key).net", "expected a destination, found nothing")
      return nil
    }
    var rule = string(net, key: "\(key).net", "a destination")
      .flatMap { networkSpec($0, net.mark, key: "\(key).net", denies: denies) }
    rule?.scopes.exe = members["exe"].flatMap { program($0, key: "\(key).exe") }
    rule?.scopes.parent = members["parent"].flatMap { program($0, key: "\(key).parent") }
    rule?.scopes.argv = members["argv"].flatMap { node in
      string(node, key: "\(key).argv", "a glob over the command line").map { Glob($0, slashSeparates: false) }
    }
    rule?.scopes.user = members["user"].flatMap { user($0, key: "\(key).user") }
    rule?.reason = members["reason"].flatMap { string($0, key: "\(key).reason", "a sentence") }
    rule?.expires = members["expires"].flatMap { date($0, key: "\(key).expires") }
    return rule
  }

  private mutating func networkSpec(_ text: String, _ mark: YAMLMark, key: String, denies: Bool) -> NetworkRule? {
    do throws(GrammarError) {
      let spec = try NetworkSpec(text)
      try spec.checkMeaning(inDenyList: denies)
      return NetworkRule(spec: spec, reference: reference(text, at: mark))
    } catch {
      fail(at: mark, key: key, error.description)
      return nil
    }
  }

  mutating func processRules(_ node: YAMLNode) -> ProcessRules {
    let members = map(node, key: "processes", known: ["allow", "deny", "baseline", "max"])
    var rules = ProcessRules()
    if let allow = members["allow"] {
      rules.allow = processList(allow, key: "processes.allow", denies: false)
      rules.allowReference = reference("processes.allow", at: allow.mark)
    }
    rules.deny = members["deny"].map { processList($0, key: "processes.deny", denies: true) } ?? []
    rules.max = members["max"].flatMap { limit($0, key: "processes.max") }
    if let node = members["baseline"], let path = string(node, key: "processes.baseline", "a path") {
      // The loader reads the file.
      rules.baseline = ProcessBaseline(
        path: path, reference: reference("processes.baseline", at: node.mark), baseline: Baseline(Audit()))
    }
    return rules
  }

  mutating func processList(_ node: YAMLNode, key: String, denies: Bool) -> [ProcessRule] {
    list(node, key: key).compactMap { processRule($0, key: key, denies: denies) }
  }

  private mutating func processRule(_ node: YAMLNode, key: String, denies: Bool) -> ProcessRule? {
    guard case .mapping = node.content else {
      return program(node, key: key).map {
        ProcessRule(program: $0, reference: reference($0.text, at: node.mark))
      }
    }
    let members = map(node, key: key, known: ["exe", "reason"] + (denies ? [] : ["expires"]))
    guard let exe = members["exe"] else {
      fail(at: node.mark, key: "\(key).exe", "expected a program, found nothing")
      return nil
    }
    let reason = members["reason"].flatMap { string($0, key: "\(key).reason", "a sentence") }
    let expires = members["expires"].flatMap { date($0, key: "\(key).expires") }
    return program(exe, key: "\(key).exe").map {
      ProcessRule(program: $0, reason: reason, expires: expires, reference: reference($0.text, at: exe.mark))
    }
  }

  mutating func limit(_ node: YAMLNode, key: String) -> ProcessLimit? {
    integer(node, key: key, "a number of processes").map {
      ProcessLimit(count: $0, reference: reference("\(key): \($0)", at: node.mark))
    }
  }

  private mutating func program(_ node: YAMLNode, key: String) -> ProgramPattern? {
    guard let text = string(node, key: key, "a program") else { return nil }
    do {
      return try ProgramPattern(text)
    } catch {
      fail(at: node.mark, key: key, error.description)
      return nil
    }
  }

  private mutating func date(_ node: YAMLNode, key: String) -> CalendarDate? {
    guard let text = string(node, key: key, "a date as 2027-03-01") else { return nil }
    do {
      return try CalendarDate(text)
    } catch {
      fail(at: node.mark, key: key, error.description)
      return nil
    }
  }

  /// A number, or root; other names mean what the machine that replays a run says, which is not evidence.
  private mutating func user(_ node: YAMLNode, key: String) -> UInt32? {
    let expected = "a user id, or root"
    guard let text = string(node, key: key, expected) else { return nil }
    if text == "root" { return 0 }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = UInt32(text) else {
      fail(at: node.mark, key: key, "expected \(expected), found \(node.kind)")
      return nil
    }
    return id
  }
}
