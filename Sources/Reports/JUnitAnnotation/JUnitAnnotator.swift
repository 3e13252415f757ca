public import Policy
public import Trace

/// Writes into the JUnit files of test runners what each of their tests did (`--annotate-junit`).
///
/// A case gets properties, what its test did in `system-out`, and, if asked for, a failure where the policy is violated:
/// one of its own, or text in the one that it has. Cases whose test was not seen, or may be one of several, stay as they
/// are, byte for byte.
public struct JUnitAnnotator {
  /// A file as it was found.
  public struct Input: Sendable {
    public var bytes: [UInt8]
    /// Unix time in nanoseconds.
    public var modified: UInt64

    public init(bytes: [UInt8], modified: UInt64) {
      self.bytes = bytes
      self.modified = modified
    }
  }

  /// What becomes of a file.
  public enum Result: Sendable {
    case annotated([UInt8], Counts)
    /// The report that this tool writes itself.
    case ownReport
    /// Why nothing can be written into it, for people.
    case refused(String)
  }

  /// How many cases of a file were annotated, and why others were not.
  public struct Counts: Hashable, Sendable {
    public var cases = 0
    public var annotated = 0
    /// Their name stands for several tests, or for several executions that the file tells apart and nothing else does.
    public var ambiguous = 0
    /// Another case of the same test, annotated once.
    public var repeated = 0
    /// No test of that name was seen.
    public var unknown: Int { cases - annotated - ambiguous - repeated }

    public init(cases: Int = 0, annotated: Int = 0, ambiguous: Int = 0, repeated: Int = 0) {
      self.cases = cases
      self.annotated = annotated
      self.ambiguous = ambiguous
      self.repeated = repeated
    }
  }

  private let trace: Trace
  private let verdict: Verdict
  private let spanIDs: [Int: String]
  private let failsTests: Bool

  /// - Parameter spanIDs: of tests, by index in `Trace.testCases`.
  public init(_ trace: Trace, _ verdict: Verdict, spanIDs: [Int: String], failsTests: Bool) {
    self.trace = trace
    self.verdict = verdict
    self.spanIDs = spanIDs
    self.failsTests = failsTests
  }

  /// The files in the same order: which of several executions a case tells can depend on all of them.
  public func annotate(_ inputs: [Input]) -> [Result] {
    let matching = JUnitMatching(trace)
    let doings = TestDoings(trace, verdict)
    let files = inputs.map(Self.read)
    let matches = zip(files, inputs).map { file, input in
      (try? file.get())?.cases.map { matching.match($0, modified: input.modified) } ?? []
    }
    let occurrences = Dictionary(matches.joined().map { ($0, 1) }, uniquingKeysWith: +)
    return inputs.indices.map { index in
      let file: JUnitFile
      switch files[index] {
      case .success(let read): file = read
      case .failure(let error): return .refused(error.description)
      }
      if file.isOwnReport { return .ownReport }
      if file.isAnnotated { return .refused("it was annotated before; annotate the file that the runner writes") }
      return annotate(file, inputs[index].bytes, matches[index], occurrences, doings)
    }
  }

  private static func read(_ input: Input) -> Swift.Result<JUnitFile, JUnitFileError> {
    do {
      return .success(try JUnitFileReader.read(input.bytes))
    } catch {
      return .failure(error)
    }
  }

  private func annotate(
    _ file: JUnitFile, _ bytes: [UInt8], _ matches: [JUnitMatching.Match],
    _ occurrences: [JUnitMatching.Match: Int], _ doings: TestDoings
  ) -> Result {
    var counts = Counts(cases: matches.count)
    var edits = JUnitEdits(file, bytes)
    var done: Set<JUnitMatching.Match> = []
    for (index, match) in matches.enumerated() {
      switch match {
      case .unknown: break
      case .ambiguous: counts.ambiguous += 1
      case .test(let executions) where executions.count > 1 && occurrences[match, default: 0] > 1:
        counts.ambiguous += 1
      case .test where !done.insert(match).inserted: counts.repeated += 1
      case .test(let executions):
        counts.annotated += 1
        let annotation = JUnitAnnotation(
          executions, doing: doings.summary(of: executions), trace, verdict,
          spanID: executions.count == 1 ? spanIDs[executions[0]] : nil, failsTests: failsTests)
        edits.add(annotation, to: index)
      }
    }
    return .annotated(counts.annotated == 0 ? bytes : edits.applied(), counts)
  }
}
