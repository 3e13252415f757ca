public import ProcessActivity
public import XCTest

/// A test case whose test methods are held, each, against `expectations`.
///
/// A synchronous method's own thread is known; what an asynchronous one does outside of `XCTAssertActivity` and its kin
/// is told as not exact.
open class TracedTestCase: XCTestCase {
  /// What each test may do to the world, and has to.
  open class var expectations: [ActivityExpectation] { [.noEgress] }

  /// What to make of evidence that is not known to be the test's own.
  open class var inexactEvidence: InexactEvidence { .warns }

  /// What to do where no tracer runs.
  open class var missingTracer: MissingTracer { .byEnvironment }

  /// Where violations of what has no place of its own are shown.
  open class var place: (file: StaticString, line: UInt) { (#filePath, #line) }

  open override func invokeTest() {
    let kind = type(of: self)
    let expectations = kind.expectations
    do {
      if try runsWithout(kind.missingTracer) { return super.invokeTest() }
      let queries = ActivityQueries(expectations)
      var description = ScopeDescription(name: name, runner: "XCTest", suite: "\(kind)")
      description.allowed = expectations.allowedDestinations
      let (_, activity) = try ActivityScope.run(description, queries) { super.invokeTest() }
      fail(
        ExpectationCheck(activity).violations(expectations, queries), kind.inexactEvidence, kind.place.file,
        kind.place.line)
    } catch let skip as XCTSkip {
      print("\(name): skipped: \(skip.message ?? "")")
    } catch {
      XCTFail("\(error)", file: kind.place.file, line: kind.place.line)
    }
  }
}
