import Testing
import Trace

@testable import Policy

@Suite struct PolicyExplanationTests {
  private static let text = """
    version: 1
    network:
      allow:
        - { net: "203.0.113.9:443", exe: curl, reason: staging }
        - { net: "198.51.100.0/24", expires: 2020-01-01 }
        - { net: "192.0.2.7", argv: "*--live*" }
        - 169.254.0.0/16
        - "api.example.com:443"
      deny: ["203.0.113.66"]
    processes: { allow: [git], deny: [ssh] }
    """

  private func explain(_ question: String) throws -> PolicyExplanation {
    let files = PolicyFiles(read: { _ in Array(Self.text.utf8) }, exists: { _ in true })
    return try PolicyExplanation(
      question, policy: try PolicyLoader.load(path: "p.yml", files: files), nameservers: [IPAddress("192.0.2.53")!],
      today: try CalendarDate("2027-01-01"))
  }

  @Test(arguments: [
    ("curl -> 203.0.113.9:443", "allowed", #""203.0.113.9:443" (p.yml:4:14) allows it: staging"#),
    ("wget -> 203.0.113.9:443", "denied", "allows it to exe is curl only: staging"),
    ("-> 203.0.113.9:443", "depends", "allows it, if exe is curl: staging"),
    ("curl -> 203.0.113.66:443", "denied", #""203.0.113.66" (p.yml:9:"#),
    ("curl -> API.example.com:443", "allowed", "where DNS or /etc/hosts taught the run that address by this name"),
    ("curl -> www.example.com:443", "denied", "no rule of network.allow allows it"),
    ("curl -> api.example.com:80", "denied", "no rule of network.allow allows it"),
    ("curl -> 198.51.100.7:443", "denied", "allowed it until 2020-01-01"),
    ("curl -> 192.0.2.7:1", "depends", "allows it, if argv is *--live*"),
    ("curl -> 169.254.169.254:80", "denied", "a cloud metadata address must be named"),
    ("curl -> 192.0.2.99:80", "denied", "no rule of network.allow allows it"),
    ("curl -> 127.0.0.1:80", "allowed", "by default"),
    ("curl -> udp://192.0.2.53:53", "allowed", "by default"),
    ("curl -> unix:/run/docker.sock", "allowed", "by default"),
    ("git", "allowed", #""git" (p.yml:10:"#),
    ("/usr/bin/ssh", "denied", #""ssh" (p.yml:10:"#),
    ("make", "denied", #""processes.allow" (p.yml:10:"#),
  ])
  func saysWhichRuleDecides(question: String, answer: String, reason: String) throws {
    let explanation = try explain(question)
    #expect(explanation.answer.rawValue == answer)
    #expect(explanation.text.contains(reason), "\(explanation.text)")
  }

  @Test(arguments: ["curl -> 10.0.0.0/8:1", "curl -> 203.0.113.9", "curl -> any:443", "curl -> "])
  func asksForOneDestination(question: String) {
    #expect(throws: GrammarError.self) { try explain(question) }
  }
}
