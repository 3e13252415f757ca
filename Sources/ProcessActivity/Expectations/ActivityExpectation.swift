/// Stands for no program at all: `.spawns(nothing)`.
public struct Nothing: Sendable {
  public static let nothing = Nothing()
}

/// No program at all: `.spawns(nothing)`.
public let nothing = Nothing.nothing

/// What code may do to the world, or has to.
///
/// Destinations are SPECs of process-tracer's policy (`203.0.113.9:443`, `api.example.com:443`, `tcp://10.0.0.0/8`,
/// `loopback:8080`), programs its PROGs (`git`, `/usr/bin/*`), or the name that a program was called by. A host name means
/// an address by evidence alone, as in the policy: an answer of a nameserver of resolv.conf to a question of the run, or
/// /etc/hosts as it was before the run.
public struct ActivityExpectation: Sendable {
  package enum Kind: Sendable {
    case noEgress
    case allowsEgress([String])
    case spawns(ProgramMatch, ClosedRange<Int>?)
    case spawnsNothing
    case spawnsOnly([String])
    case neverRuns(String)
    case leavesNothingRunning
    case listens(String)
    case connects(String)
    case resolves(String)
  }

  /// A program with its arguments and ancestors.
  package struct ProgramMatch: Sendable {
    var program: String
    var arguments: String?
    var parent: String?
  }

  package var kind: Kind
  /// Where it stands; nil for what is written without parentheses: then the place of what holds it.
  package var place: CodePlace?

  init(_ kind: Kind, _ place: CodePlace? = nil) {
    self.kind = kind
    self.place = place
  }

  /// No attempt to reach another machine; nameservers of resolv.conf may be asked.
  public static let noEgress = ActivityExpectation(.noEgress)

  /// No attempt to reach another machine than these; together with `noEgress`, what is exempt from it.
  public static func allowsEgress(
    to destinations: String..., fileID: String = #fileID, filePath: String = #filePath, line: Int = #line,
    column: Int = #column
  ) -> ActivityExpectation {
    allowsEgress(to: destinations, fileID: fileID, filePath: filePath, line: line, column: column)
  }

  /// No attempt to reach another machine than these.
  public static func allowsEgress(
    to destinations: [String], fileID: String = #fileID, filePath: String = #filePath, line: Int = #line,
    column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(
      .allowsEgress(destinations), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// The program is run by this many processes; without a number, by one at least.
  ///
  /// `arguments` is a glob over the arguments behind the program's name, joined by spaces, `parent` a program among its
  /// ancestors.
  public static func spawns(
    _ program: String, times: Int? = nil, arguments: String? = nil, parent: String? = nil, fileID: String = #fileID,
    filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    spawns(
      program, times: times.map { $0...$0 } ?? 1...Int.max, arguments: arguments, parent: parent, fileID: fileID,
      filePath: filePath, line: line, column: column)
  }

  /// The program is run by a number of processes within a range.
  public static func spawns(
    _ program: String, times: ClosedRange<Int>, arguments: String? = nil, parent: String? = nil,
    fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(
      .spawns(ProgramMatch(program: program, arguments: arguments, parent: parent), times),
      CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// No process is started.
  public static func spawns(
    _: Nothing, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(.spawnsNothing, CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// No other program is run than these.
  public static func spawnsOnly(
    _ programs: [String], fileID: String = #fileID, filePath: String = #filePath, line: Int = #line,
    column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(
      .spawnsOnly(programs), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// The program is not run, by nobody down the tree.
  public static func neverRuns(
    _ program: String, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(.neverRuns(program), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// Every process that was started has ended.
  public static let leavesNothingRunning = ActivityExpectation(.leavesNothingRunning)

  /// A socket waits for others there: `"127.0.0.1:8080"`.
  public static func listens(
    on address: String, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line,
    column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(.listens(address), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// A socket waits for others at this port.
  public static func listens(
    on port: Int, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(
      .listens("any:\(port)"), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// A connection to there is attempted, or a datagram sent.
  public static func connects(
    to destination: String, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line,
    column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(
      .connects(destination), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }

  /// A DNS server is asked for a name and answers, whatever it is: `api.example.com`, `*.example.com`.
  public static func resolves(
    _ name: String, fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> ActivityExpectation {
    ActivityExpectation(.resolves(name), CodePlace(fileID: fileID, filePath: filePath, line: line, column: column))
  }
}

extension [ActivityExpectation] {
  /// What `allowsEgress` names.
  package var allowedDestinations: [String] {
    flatMap { expectation -> [String] in
      if case .allowsEgress(let destinations) = expectation.kind { destinations } else { [] }
    }
  }
}
