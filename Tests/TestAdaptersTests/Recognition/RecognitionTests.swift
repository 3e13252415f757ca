import Testing
import Trace

@testable import TestAdapters

/// Programs as strace and /proc showed them in real runs of the suites in Fixtures, and what they are.
@Suite
struct RecognitionTests {
  static let python = "/usr/bin/python3.11"
  static let product = "/src/.build/x86_64-unknown-linux-gnu/debug/WordsPackageTests.xctest"
  static let goFlags = [
    "-test.testlogfile=/tmp/go-build1/b001/testlog.txt", "-test.paniconexit0", "-test.timeout=10m0s",
  ]

  struct Sample: Sendable, CustomTestStringConvertible {
    var path: String
    var arguments: [String]
    var runner: String
    var expected: Recognition
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ path: String, _ arguments: [String], _ runner: String, _ expected: Recognition) {
      self.path = path
      self.arguments = arguments
      self.runner = runner
      self.expected = expected
    }
  }

  static let pytest: [Sample] =
    [
      ["/venv/bin/python", "/venv/bin/pytest", "-q"],
      ["/venv/bin/python", "/venv/bin/py.test", "-q"],
      ["/usr/bin/python3", "/usr/bin/pytest-3", "tests"],
      ["python3", "-m", "pytest", "-q"],
      ["python", "-X", "dev", "-W", "ignore", "-m", "pytest", "-q"],
      ["python3", "-Im", "pytest"],
      ["python3", "-mpytest"],
      ["python3", "-bbWerror", "-m", "pytest"],
      ["python3", "--check-hash-based-pycs", "never", "-m", "pytest"],
      ["python3", "/usr/lib/python3/dist-packages/pytest/__main__.py"],
      ["python3", "-m", "coverage", "run", "--branch", "-m", "pytest"],
      ["/venv/bin/python", "/venv/bin/coverage", "run", "/venv/bin/pytest", "-q"],
    ].map { Sample(python, $0, "pytest", .testProcess()) } + [
      Sample("/usr/bin/pypy3.10", ["pypy3", "-m", "pytest"], "pytest", .testProcess())
    ]

  static let swift: [Sample] = [
    Sample("/opt/swift/usr/bin/swift-package", ["/opt/swift/usr/bin/swift-test", "--parallel"], "XCTest", .runner),
    Sample("/opt/swift/usr/bin/swift-driver", ["swift", "test"], "XCTest", .runner),
    Sample(product, [product], "XCTest", .testProcess(suite: "WordsPackageTests")),
    Sample(product, [product, "--dump-tests-json"], "XCTest", .runner),
    Sample(
      product, [product, "WordsTests.SlugTests/testEmptyTitle"], "XCTest",
      .testProcess(
        suite: "WordsPackageTests",
        testCase: CaseName(suite: "WordsTests.SlugTests", name: "WordsTests.SlugTests/testEmptyTitle"))),
    // `swift test --filter` without --parallel: several tests, or none, in one process.
    Sample(
      product, [product, "WordsTests.SlugTests/testEmptyTitle,WordsTests.SlugTests/testJoinsWords"], "XCTest",
      .testProcess(suite: "WordsPackageTests")),
    Sample(product, [product, "''"], "XCTest", .testProcess(suite: "WordsPackageTests")),
    Sample(
      product, [product, "--testing-library", "swift-testing"], "Swift Testing",
      .testProcess(suite: "WordsPackageTests")),
    Sample(
      product, [product, "--parallel", "--testing-library", "swift-testing"], "Swift Testing",
      .testProcess(suite: "WordsPackageTests")),
    Sample(
      product, [product, "--filter", "SlugTests/testEmptyTitle", "--testing-library", "swift-testing"],
      "Swift Testing", .testProcess(suite: "WordsPackageTests")),
    Sample(
      product, [product, "--list-tests", "list", "--testing-library", "swift-testing"], "Swift Testing", .runner),
    Sample(
      "/opt/swift/usr/libexec/swift/pm/swiftpm-testing-helper",
      ["swiftpm-testing-helper", "--test-bundle-path", product, "--testing-library", "swift-testing"],
      "Swift Testing", .testProcess(suite: "WordsPackageTests")),
  ]

  static let go: [Sample] = [
    Sample("/usr/lib/go/bin/go", ["go", "test", "-json", "./..."], "go test", .runner),
    Sample("/usr/lib/go/bin/go", ["go", "-C", "sub", "test"], "go test", .runner),
    Sample("/root/go/bin/go1.24.11", ["go1.24.11", "test"], "go test", .runner),
    Sample("/usr/bin/gotestsum", ["gotestsum", "./..."], "go test", .runner),
    Sample(
      "/tmp/go-build1/b001/words.test", ["/tmp/go-build1/b001/words.test"] + goFlags, "go test",
      .testProcess(suite: "words")),
    Sample("/tmp/go-build1/b001/words.test", ["words.test"], "go test", .testProcess(suite: "words")),
    Sample("/opt/app/net.test", ["./net.test", "-test.v"], "go test", .testProcess(suite: "net")),
  ]

  static let others: [Sample] = [
    Sample("/usr/bin/rustup", ["cargo", "test"], "cargo test", .runner),
    Sample("/usr/bin/cargo-nextest", ["/usr/bin/cargo-nextest", "nextest", "run"], "nextest", .runner),
    Sample("/usr/bin/node", ["node", "--test"], "node --test", .testProcess()),
    Sample("/usr/bin/node", ["node", "-r", "./hook.js", "--test", "a.js"], "node --test", .testProcess()),
    Sample(python, ["python3", "-m", "unittest", "discover"], "unittest", .testProcess()),
    Sample("/usr/bin/ctest", ["ctest", "-j4"], "CTest", .runner),
    Sample("/b/net_test", ["/b/net_test", "--gtest_list_tests"], "GoogleTest", .runner),
    Sample("/b/net_test", ["net_test", "--gtest_filter=A*"], "GoogleTest", .testProcess(suite: "net_test")),
    Sample(
      "/b/net_test", ["net_test", "--gtest_filter=Net.Connects", "--gtest_also_run_disabled_tests"], "GoogleTest",
      .testProcess(suite: "net_test", testCase: CaseName(suite: "Net", name: "Net.Connects"))),
  ]

  @Test(arguments: pytest + swift + go + others)
  func recognises(_ sample: Sample) {
    let image = ProcessImage(path: sample.path, arguments: sample.arguments, workingDirectory: "/src/words")
    let found = Self.recognise(image)
    #expect(found?.runner == sample.runner)
    #expect(found?.recognition == sample.expected)
  }

  @Test(arguments: [
    ("/usr/bin/bash", ["bash", "/root/.pyenv/shims/pytest", "-n", "4"]),
    ("/usr/bin/env", ["/usr/bin/env", "python3", "/venv/bin/pytest"]),
    ("/usr/bin/uv", ["uv", "run", "pytest"]),
    ("/usr/bin/dash", ["sh", "-c", "pytest && go test ./..."]),
    ("/usr/bin/make", ["make", "test"]),
    (python, ["python3", "setup.py", "pytest"]),
    (python, ["python3", "-c", "print('pytest')", "-m", "pytest"]),
    (python, ["python3", "-m", "pip", "install", "pytest"]),
    (python, ["python3", "pytest.py"]),
    // The same bootstrap serves execnet outside of pytest.
    (python, ["python3", "-u", "-c", "import sys;exec(eval(sys.stdin.readline()))"]),
    ("/usr/lib/go/bin/go", ["go", "build", "./..."]),
    ("/usr/lib/go/bin/go", ["go", "vet", "test"]),
    ("/usr/lib/go/pkg/tool/linux_amd64/link", ["link", "-o", "/tmp/go-build1/b001/words.test"]),
    ("/usr/bin/words.test", ["words.test"]),
    ("/opt/swift/usr/bin/swift-package", ["swift-build"]),
    ("/opt/swift/usr/bin/swift-driver", ["swiftc", "-o", product]),
    ("/src/target/debug/deps/words-194e5f239690026b", ["words-194e5f239690026b"]),
    ("/usr/bin/node", ["node", "server.js", "--test"]),
  ])
  func leavesAlone(path: String, arguments: [String]) {
    #expect(Self.recognise(ProcessImage(path: path, arguments: arguments)) == nil)
  }

  static func recognise(_ image: ProcessImage) -> (runner: String, recognition: Recognition)? {
    let lineage = Lineage(nearest: nil, startEnvironment: [:], runDirectory: "/src")
    for adapter in testRunnerAdapters {
      if let found = adapter.recognise(Program(image), in: lineage) { return (adapter.runner, found) }
    }
    return nil
  }
}
