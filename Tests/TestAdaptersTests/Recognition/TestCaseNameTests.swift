import Testing

@testable import TestAdapters

@Suite
struct TestCaseNameTests {
  @Test(arguments: [
    ("test_a.py::test_b (call)", "test_a.py::test_b"),
    ("test_a.py::test_b (setup)", "test_a.py::test_b"),
    ("sub dir/test_a.py::TestC::test_b (teardown)", "sub dir/test_a.py::TestC::test_b"),
    ("test_a.py::test_b[failure [three]] (call)", "test_a.py::test_b[failure [three]]"),
    ("test_a.py::test_b[x (call)] (call)", "test_a.py::test_b[x (call)]"),
    ("test_a.py::test_b[a::b c]", "test_a.py::test_b[a::b c]"),
  ])
  func pytestNodeID(value: String, name: String) {
    let testCase = Pytest.testCase(value)
    #expect(testCase.name == name)
    #expect(testCase.suite == (value.hasPrefix("sub") ? "sub dir/test_a.py" : "test_a.py"))
  }

  @Test
  func pytestValueWithoutFile() {
    #expect(Pytest.testCase("doctest (call)") == CaseName(suite: nil, name: "doctest"))
  }
}
