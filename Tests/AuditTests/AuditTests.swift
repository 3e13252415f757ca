import Audit
import Testing
import Trace

@Suite struct AuditTests {
  private let digest = String(repeating: "a", count: 64)

  @Test func twentyShardsAreTheWhole() {
    var run = MadeUpRun()
    for number in 0..<400 {
      // By the shard's size, so that uid and test do not depend on the shard.
      run.executions.append(("/bin/tool-\(number % 7)", Array(repeating: "x\(number)", count: number % 5 + 1)))
      run.destinations.append("203.0.113.\(number % 9):443")
    }
    run.executables = Dictionary(uniqueKeysWithValues: (0..<7).map { ("/bin/tool-\($0)", digest) })
    let whole = Audit(run.trace())
    var merged = Audit()
    for shard in run.shards(20).reversed() { merged.add(shard) }
    #expect(merged.runs == 20)
    #expect(merged.sortedDestinations == whole.sortedDestinations)
    #expect(merged.sortedPrograms.map(\.path) == whole.sortedPrograms.map(\.path))
    for (left, right) in zip(merged.sortedPrograms, whole.sortedPrograms) {
      #expect(left.executions == right.executions && left.ends == right.ends && left.shapes == right.shapes)
      #expect(left.tests == right.tests && left.elapsed == right.elapsed && left.identities == right.identities)
    }
    #expect(Baseline(merged) == Baseline(whole))
  }

  @Test func executionsWithoutARecordAreCounted() {
    var trace = MadeUpRun(executions: [("/bin/git", ["git"])]).trace()
    let parent = trace.processes[0].identity
    trace.executedImages = [("/bin/git", 3), ("/bin/lost", 2)].map { path, count in
      ExecutedImage(
        parentIdentity: parent, path: path, isPathCut: false, firstProcess: parent, firstTime: parent.start,
        count: count)
    }
    let audit = Audit(trace)
    #expect(audit.programs["/bin/git"]?.executions == 3)
    #expect(audit.programs["/bin/lost"]?.executions == 2)
  }

  @Test func differencesAreOneLineEach() {
    let before = MadeUpRun(
      executions: [("/bin/git", ["git"]), ("/bin/sh", ["sh"])], destinations: ["203.0.113.9:443"],
      executables: ["/bin/git": digest, "/bin/sh": digest])
    var after = before
    after.executions.append(("/bin/curl", ["curl"]))
    after.destinations.append("198.51.100.7:53")
    after.executables = ["/bin/git": digest, "/bin/sh": String(repeating: "b", count: 64)]
    let changes = Baseline(Audit(before.trace())).changes(to: Baseline(Audit(after.trace())))
    #expect(changes.map(\.kind) == [.newProgram, .changedProgram, .newDestination])
    #expect(changes.map(\.subject) == ["/bin/curl", "/bin/sh", "tcp://198.51.100.7:53"])
    let back = Baseline(Audit(after.trace())).changes(to: Baseline(Audit(before.trace())))
    #expect(back.map(\.kind) == [.changedProgram, .vanishedProgram])
    #expect(Baseline(Audit(after.trace())).changes(to: Baseline(Audit(after.trace()))).isEmpty)
  }

  @Test func aHashThatIsNotKnownIsNotCompared() {
    var run = MadeUpRun(executions: [("/bin/git", ["git"])], executables: ["/bin/git": digest])
    let known = Baseline(Audit(run.trace()))
    run.executables = nil
    let audit = Audit(run.trace())
    #expect(!audit.knowsIdentities)
    #expect(known.changes(to: Baseline(audit)).isEmpty)
  }

  @Test func aFileThatChangedSinceHasNoHash() {
    var trace = MadeUpRun(executions: [("/bin/git", ["git"])], executables: [:]).trace()
    trace.end?.executables = [ExecutableIdentity(path: "/bin/git", state: .changed, sha256: digest)]
    #expect(Audit(trace).programs["/bin/git"]?.sha256 == nil)
    #expect(Baseline(Audit(trace)).text.contains("program /bin/git -\n"))
  }

  @Test func whatStaysInsideTheMachineIsNotInTheBaseline() {
    var trace = MadeUpRun(destinations: ["127.0.0.1:8080", "192.0.2.53:53", "192.0.2.53:443"]).trace()
    trace.header.nameservers = [IPAddress("192.0.2.53")!]
    #expect(Baseline(Audit(trace)).destinations == ["tcp://192.0.2.53:443"])
  }
}

@Suite struct BaselineFileTests {
  @Test(arguments: ["/bin/a b", "/bin/a\nprogram /bin/forged -", "/bin/100%25", "/bin/ä", "/opt/\u{202E}x"])
  func everyPathIsOneVisibleWordAndReadBack(_ path: String) throws {
    let baseline = Baseline(Audit(MadeUpRun(executions: [(path, ["x"])]).trace()))
    let lines = baseline.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == 1)
    #expect(baseline.text.utf8.allSatisfy { $0 < 0x7F })
    #expect(try Baseline(text: baseline.text) == baseline)
  }

  @Test func numbersThatVaryAreNotPartOfAPath() {
    let first = Baseline(Audit(MadeUpRun(executions: [("/tmp/go-build1234567/b001/x.test", ["x"])]).trace()))
    let second = Baseline(Audit(MadeUpRun(executions: [("/tmp/go-build7654321/b001/x.test", ["x"])]).trace()))
    #expect(first == second && first.programs.keys.first == "/tmp/go-build#/b001/x.test")
  }

  @Test(arguments: [("program /bin/x", 1), ("\n# c\nprogramme /bin/x -", 3), ("program /bin/x abc", 1), ("<<<<<<<", 1)])
  func aLineThatIsNoneIsNamed(_ text: String, _ line: Int) {
    #expect(throws: BaselineError(line: line)) { try Baseline(text: text) }
  }
}

@Suite struct ArgumentShapeTests {
  @Test(arguments: [
    (["/usr/bin/git", "clone", "--depth=12", "https://203.0.113.9/a/b42", "/tmp/x81/b7"], "git clone --depth=# …/b#"),
    (["cc", "-c", "/src/a1.c", "/src/a2.c", "/src/a17.c"], "cc -c …/a#.c"),
    (["git", "show", "9cdc8adb1f"], "git show #"), (["sh", "-c", "echo a; rm -r b"], "sh -c …"),
    (["bash", "-c", "exec 3<>/dev/tcp/203.0.113.9/443"], "bash -c …"), (["x", ""], "x …"), ([], ""),
  ])
  func whatVariesIsTakenOut(_ arguments: [String], _ shape: String) {
    #expect(ArgumentShape.text(of: arguments) == shape)
  }
}

@Suite struct InterpretedScriptTests {
  @Test(arguments: [
    ("sh", ["-e", "build.sh"], "build.sh"), ("bash", ["-eo", "pipefail", "run"], "run"),
    ("bash", ["+x", "./a"], "./a"),
    ("python3.11", ["-W", "ignore", "-X", "dev", "tests/run.py", "-c"], "tests/run.py"),
    ("python3", ["-Wignore", "--", "x"], "x"), ("perl", ["-I", "lib", "-MList::Util", "a.pl"], "a.pl"),
    ("ruby", ["-r", "set", "a.rb"], "a.rb"), ("node", ["--require", "./setup.js", "main.mjs"], "main.mjs"),
    ("mawk", ["-F", ":", "-f", "sum.awk", "/etc/passwd"], "sum.awk"),
    ("make", ["-C", "dir/sub", "-f", "x.mk"], "x.mk"),
    ("make", ["--file=x.mk", "a.o"], "x.mk"), ("lua5.4", ["-e", "x=1", "a.lua"], "a.lua"),
  ])
  func theScriptIsTheFileThatIsRead(_ name: String, _ arguments: [String], _ script: String) {
    #expect(scripts(name, arguments) == [script: 1])
  }

  @Test(arguments: [
    ("sh", ["-ec", "cd /src && make x.o"]), ("bash", ["-lc", "./a.sh"]), ("bash", ["-s", "a.sh"]), ("sh", ["-"]),
    ("python3", ["-m", "pytest", "tests/a.py"]), ("python3", ["-Im", "a.b"]), ("python3", ["-Wd", "-c", "open('/x')"]),
    ("perl", ["-ne", "print if /x/", "a.txt"]), ("node", ["-p", "1.5"]), ("mawk", ["/a.b/ { print }", "/etc/passwd"]),
    ("make", ["-C", "dir/sub", "a.o"]), ("make", ["dir/a.o"]), ("git", ["a.sh"]), ("sh", []),
  ])
  func whatIsNoFileIsNone(_ name: String, _ arguments: [String]) {
    #expect(scripts(name, arguments) == [:])
  }

  private func scripts(_ name: String, _ arguments: [String]) -> [String: UInt64]? {
    Audit(MadeUpRun(executions: [("/usr/bin/\(name)", [name] + arguments)]).trace()).programs["/usr/bin/\(name)"]?
      .scripts
  }
}
