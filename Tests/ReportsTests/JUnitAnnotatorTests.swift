import Policy
import Reports
import Testing
import Trace

@Suite struct JUnitAnnotatorTests {
  /// What a runner calls a test in its own id, and in its file.
  @Test(arguments: [
    ("pytest", "test_a.py", "test_a.py::test_b", "test_a", "test_b"),
    ("pytest", "t/u/test_a.py", "t/u/test_a.py::TestK::test_b[x::y]", "t.u.test_a.TestK", "test_b[x::y]"),
    // With --junit-prefix=unit.
    ("pytest", "test_a.py", "test_a.py::test_b", "unit.test_a", "test_b"),
    ("go test", "example.com/demo/words", "TestX/sub", "example.com/demo/words", "TestX/sub"),
    // gotestsum --junitfile-testcase-classname=short; and where only the package's directory is known.
    ("go test", "example.com/demo/words", "TestX", "words", "TestX"),
    ("go test", "words", "TestX", "example.com/demo/words", "TestX"),
    ("XCTest", "Demo.DemoTests", "Demo.DemoTests/testA", "Demo.DemoTests", "testA"),
    ("Swift Testing", "Demo", "Demo.free()", "Demo", "free()"),
    ("Swift Testing", "Demo", "Demo.`1.5/2`()", "Demo", "`1.5/2`()"),
    ("Swift Testing", "Demo.S", "Demo.S/Inner/a(_:)", "Demo.S.Inner", "a(_:)"),
    ("GoogleTest", "Suite", "Suite.Name", "Suite", "Name"),
    ("nextest", "demo::bin/x", "tests::works", "demo::bin/x", "tests::works"),
    ("cargo test", "demo", "net::tests::works", "net::tests", "works"),
    ("cargo test", "demo", "works", "crate", "works"),
    ("cargo test", "demo::api", "net::works", "integration", "net::works"),
    ("cargo test", "doc", "src/lib.rs - add::of (line 2)", "src/lib.rs", "add::of (line 2)"),
    ("", "mine", "a test", "mine", "a test"),
  ])
  func findsTheCaseOfATest(runner: String, suite: String, name: String, className: String, caseName: String) {
    let file = #"<testsuite><testcase classname="\#(className)" name="\#(caseName)"/></testsuite>"#
    #expect(annotate(file, [test(runner, suite, name)]).counts?.annotated == 1)
    let other = #"<testsuite><testcase classname="\#(className)x" name="\#(caseName)"/></testsuite>"#
    let result = annotate(other, [test(runner, suite, name)])
    #expect(result.counts?.unknown == 1 && result.text == other)
  }

  @Test func saysWhatATestDidAndKeepsTheRest() {
    let file = """
      <testsuites>
        <testsuite name="pytest" tests="2" failures='0'>
          <testcase classname="test_net" name="test_fetch" time="0.1" />
          <testcase  classname = "test_net"  name="test_other"><![CDATA[ kept ]]></testcase>
        </testsuite>
      </testsuites>

      """
    let result = annotate(file, SampleRun.trace().testCases, SampleRun.verdict([violation]), failsTests: true)
    #expect(
      result.text == """
        <testsuites>
          <testsuite name="pytest" tests="2" failures='1'>
            <testcase classname="test_net" name="test_fetch" time="0.1" >
              <properties>
                <property name="process_tracer.processes" value="3"/>
                <property name="process_tracer.connections" value="2"/>
                <property name="process_tracer.violations" value="1"/>
                <property name="process_tracer.attribution" value="4 exact, 1 creator"/>
                <property name="process_tracer.trace_id" value="0af7651916cd43dd8448eb211c80319c"/>
                <property name="process_tracer.span_id" value="00000000000000aa"/>
              </properties>
              <failure type="process-tracer.unexpected-egress" message="\(sentence)">\(failureText)</failure>
              <system-out>[process-tracer] 3 processes, 2 connections · test known: 4 exact, 1 creator
        violation: \(sentence)
        ran sh -c 'curl -s https://203.0.113.9/'
        ran curl -s https://203.0.113.9/
        ran sleep 600
        curl → tcp://203.0.113.9:443 · ECONNREFUSED · 2 times</system-out>
            </testcase>
            <testcase  classname = "test_net"  name="test_other"><![CDATA[ kept ]]></testcase>
          </testsuite>
        </testsuites>

        """)
    #expect(result.counts == JUnitAnnotator.Counts(cases: 2, annotated: 1))
  }

  @Test func auditFailsNoTest() {
    let file = #"<testsuite failures="0"><testcase classname="test_net" name="test_fetch"/></testsuite>"#
    let verdict = SampleRun.verdict([violation], mode: .audit)
    let text = annotate(file, SampleRun.trace().testCases, verdict, failsTests: true).text
    #expect(text.contains("audit: curl → tcp://203.0.113.9:443") && !text.contains("<failure"))
    #expect(text.contains(#"failures="0""#))
  }

  @Test(arguments: ["ISO-8859-1", "us-ascii"])
  func writesReferencesWhereTheEncodingIsNotUTF8(encoding: String) {
    let file = """
      <?xml version="1.0" encoding="\(encoding)"?><testsuite><testcase classname="test_net" name="test_fetch"/></testsuite>
      """
    let text = annotate(file, SampleRun.trace().testCases, SampleRun.verdict([violation])).text
    #expect(text.contains("curl &#8594; tcp://203.0.113.9:443") && text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func hostileNamesStayText() {
    let file = #"<testsuite><testcase classname="test_net" name="test_fetch"/></testsuite>"#
    for name in SampleRun.hostile {
      var violation = SampleRun.hostileViolation(name)
      violation.testCase = 0
      let verdict = SampleRun.verdict([violation])
      let text = annotate(file, SampleRun.trace().testCases, verdict, failsTests: true).text
      #expect(text.isVisible)
      #expect(annotate(text, []).refusal?.contains("annotated before") == true, "it is XML")
    }
  }

  @Test func executionsThatTheFileTellsApartAreLeftAlone() {
    let testCase = #"<testcase classname="p" name="TestX"/>"#
    let tests = [test("go test", "p", "TestX"), test("go test", "p", "TestX")]
    let one = annotate("<testsuite>\(testCase)</testsuite>", tests)
    #expect(one.text.contains(#"name="process_tracer.executions" value="2""#))
    let two = annotate("<testsuite>\(testCase)\(testCase)</testsuite>", tests)
    #expect(two.counts == JUnitAnnotator.Counts(cases: 2, ambiguous: 2))
    let same = annotate("<testsuite>\(testCase)\(testCase)</testsuite>", [tests[0]])
    #expect(same.counts == JUnitAnnotator.Counts(cases: 2, annotated: 1, repeated: 1))
  }

  @Test func theFileTellsApartWhatIsCalledTheSame() {
    let tests = [
      test("pytest", "a/b.py", "a/b.py::test", file: "a/b.py"),
      test("pytest", "a.b.py", "a.b.py::test", file: "a.b.py"),
    ]
    let xunit2 = #"<testsuite><testcase classname="a.b" name="test"/></testsuite>"#
    #expect(annotate(xunit2, tests).counts?.ambiguous == 1)
    let xunit1 = #"<testsuite><testcase classname="a.b" name="test" file="a/b.py"/></testsuite>"#
    #expect(annotate(xunit1, tests).counts?.annotated == 1)
  }

  @Test func refusesWhatIsNoJUnitFile() {
    let files = [
      "", "text", "<html/>", "<testsuite>", "<!DOCTYPE testsuite><testsuite/>",
      #"<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>"#,
      #"<?xml version="1.0" encoding="klingon"?><testsuite/>"#, "<testsuite>&nbsp;</testsuite>",
    ]
    for file in files { #expect(annotate(file, []).refusal != nil, "\(file)") }
    guard case .ownReport = annotated(#"<testsuites name="process-tracer"/>"#, [], SampleRun.verdict([])) else {
      Issue.record("the own report is annotated")
      return
    }
  }

  // MARK: Runs

  private func test(_ runner: String, _ suite: String, _ name: String, file: String? = nil) -> TestCase {
    var testCase = TestCase(runner: runner, suite: suite, name: name)
    testCase.file = file
    return testCase
  }

  private var violation: Violation {
    var violation = SampleRun.violation()
    violation.testCase = 0
    return violation
  }

  private let sentence = "curl → tcp://203.0.113.9:443 is not in network.allow (2 times, ECONNREFUSED)"
  private var failureText: String {
    """
    process-tracer: \(sentence)
    pid 4242 curl -s https://203.0.113.9/
    program: /usr/bin/curl
    parent: sh(4241) ← python3(4240) ← uv(4200)
    destination: tcp://203.0.113.9:443
    count: 2, ECONNREFUSED
    first: 2026-11-23T00:30:38.120000000Z
    attribution: exact
    policy: network.allow (.process-tracer.yml:4:3)
    allow with: --allow-net tcp://203.0.113.9:443
    or in the policy: network: { allow: [&quot;tcp://203.0.113.9:443&quot;] }
    """
  }

  private struct Annotated {
    var text = ""
    var counts: JUnitAnnotator.Counts?
    var refusal: String?
  }

  /// `file` annotated with what the sample run did, in which `tests` are known.
  private func annotate(
    _ file: String, _ tests: [TestCase], _ verdict: Verdict = SampleRun.verdict([]), failsTests: Bool = false
  ) -> Annotated {
    switch annotated(file, tests, verdict, failsTests: failsTests) {
    case .annotated(let bytes, let counts): Annotated(text: String(decoding: bytes, as: UTF8.self), counts: counts)
    case .refused(let reason): Annotated(refusal: reason)
    case .ownReport: Annotated()
    }
  }

  private func annotated(
    _ file: String, _ tests: [TestCase], _ verdict: Verdict, failsTests: Bool = false
  ) -> JUnitAnnotator.Result {
    var trace = SampleRun.trace()
    trace.testCases = tests
    for index in trace.connections.indices {
      trace.connections[index].attribution = Attribution(testProcess: 0, testCase: 0, level: .exact)
    }
    trace.processes[4].attribution.level = .creator
    let annotator = JUnitAnnotator(trace, verdict, spanIDs: [0: "00000000000000aa"], failsTests: failsTests)
    return annotator.annotate([JUnitAnnotator.Input(bytes: Array(file.utf8), modified: 0)])[0]
  }
}
