import OTLP
import Policy
import Reports
import Trace

/// What `--annotate-junit` asks for: the files, found when the command has ended, and what is written where.
struct JUnitAnnotations {
  var patterns: [String]
  /// Into the files themselves, not beside them.
  var isInPlace: Bool
  var failsTests: Bool

  /// What became of it, for people.
  struct Outcome {
    /// The files that were written.
    var paths: [String] = []
    var notes: [String] = []
    /// What was asked for and could not be done.
    var failures: [String] = []
  }

  private static let fileLimit = 256 << 20
  private static let totalLimit = 1 << 30
  private static let suffix = ".process-tracer.xml"
  /// A file's time is taken from a clock that ticks no finer.
  private static let slack: UInt64 = 10_000_000

  func annotate(_ trace: Trace, _ verdict: Verdict) -> Outcome {
    var outcome = Outcome()
    guard !patterns.isEmpty else { return outcome }
    let files = readFiles(of: trace, &outcome)
    let annotator = JUnitAnnotator(
      trace, verdict, spanIDs: RunSpans(trace, verdict).spanIDsByTestCase, failsTests: failsTests)
    let results = annotator.annotate(files.map { JUnitAnnotator.Input(bytes: $0.bytes, modified: $0.modified) })
    for (file, result) in zip(files, results) {
      switch result {
      case .ownReport: break
      case .refused(let reason): outcome.failures.append("cannot annotate \(file.path.text.visible): \(reason.visible)")
      case .annotated(let bytes, let counts): write(bytes, counts, file, &outcome)
      }
    }
    return outcome
  }

  private func readFiles(of trace: Trace, _ outcome: inout Outcome) -> [ReplaceableFile] {
    let start = trace.header.unixNanoseconds(trace.header.start)
    var files: [ReplaceableFile] = []
    var seen: Set<FilePath> = []
    var total = 0
    for pattern in patterns {
      let matches = FileGlob(pattern).matches()
      outcome.failures += matches.failures.map(\.description.visible)
      let found = matches.files.filter { !$0.name.hasSuffix(Self.suffix) }
      if found.isEmpty, matches.failures.isEmpty {
        outcome.failures.append("--annotate-junit \(pattern.visible): no file matches")
      }
      for path in found where seen.insert(path).inserted {
        do throws(OutputError) {
          let file = try ReplaceableFile(path, limit: min(Self.fileLimit, Self.totalLimit - total))
          guard file.modified + Self.slack >= start else {
            outcome.notes.append("\(path.text.visible) is older than the run and was not annotated")
            continue
          }
          total += file.bytes.count
          files.append(file)
        } catch {
          outcome.failures.append(error.description.visible)
        }
      }
    }
    return files
  }

  private func write(
    _ bytes: [UInt8], _ counts: JUnitAnnotator.Counts, _ file: ReplaceableFile, _ outcome: inout Outcome
  ) {
    let path = file.path.text
    if counts.annotated < counts.cases { outcome.notes.append("\(path): \(counts.text)".visible) }
    guard counts.annotated > 0 else { return }
    var name = file.path.name
    if !isInPlace { name = (name.hasSuffix(".xml") ? String(name.dropLast(4)) : name) + Self.suffix }
    do throws(OutputError) {
      try file.write(bytes, as: name)
      outcome.paths.append((file.path.components.count > 1 ? path.dropLast(file.path.name.count) : "") + name)
    } catch {
      outcome.failures.append(error.description.visible)
    }
  }
}

extension JUnitAnnotator.Counts {
  /// `3 of 12 cases were annotated, 8 are no test that was seen, 1 may be one of several`.
  fileprivate var text: String {
    var parts = ["\(annotated) of \(cases) cases were annotated"]
    if unknown > 0 { parts.append("of \(unknown) no test was seen") }
    if ambiguous > 0 { parts.append("\(ambiguous) may be one of several tests or executions") }
    if repeated > 0 { parts.append("\(repeated) tell more about a test that has its annotation") }
    return parts.joined(separator: ", ")
  }
}
