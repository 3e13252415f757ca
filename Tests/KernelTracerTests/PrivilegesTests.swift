import Glibc
import Testing

@testable import KernelTracer

struct ChannelTests {
  @Test func whatWasSaidLastArrivesThoughSomethingWasLeftUnread() throws {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
    let stays = Channel(ends[0])
    let leaves = Channel(ends[1])
    try stays.send(.termination)
    try leaves.send(.exit(code: 3))
    _ = consume leaves
    let last = try stays.receive()
    #expect(last?.message == .exit(code: 3))
    let end = try stays.receive()
    #expect(end == nil)
    try stays.send(.termination)
  }
}

struct HandOverTests {
  @Test func bytesSurvive() throws {
    let call = HandOver(
      arguments: [Array("test".utf8), [], [0x63, 0xE9]], environment: [Array("A=one\ntwo".utf8), Array("B=".utf8)])
    #expect(HandOver(encoded: call.encoded) == call)
    #expect(try HandOver(file: call.file()) == call)
  }

  @Test func nothingAtAllSurvives() {
    let call = HandOver(arguments: [], environment: [])
    #expect(HandOver(encoded: call.encoded) == call)
  }

  @Test(arguments: ["", "2", "x\0", "3\0a\0b\0", "-1\0"]) func garbageIsRefused(_ text: String) {
    #expect(HandOver(encoded: Array(text.utf8)) == nil)
  }
}

struct SudoCallerTests {
  private func merge(_ asked: [String], given: [String], own: [String], line: [String] = []) -> [String] {
    func bytes(_ strings: [String]) -> [[UInt8]] { strings.map { Array($0.utf8) } }
    return SudoCaller.merge(asked: bytes(asked), given: bytes(given), own: bytes(own), sudoArguments: bytes(line))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func whatSudoMadeIsUndone() {
    let asked = ["PATH=/home/a/bin:/bin", "CI=true", "HOME=/home/a"]
    let given = ["PATH=/usr/sbin", "HOME=/root", "SUDO_UID=1000", "MAIL=/var/mail/root"]
    #expect(merge(asked, given: given, own: given) == asked)
  }

  @Test func whatWasAskedOnTheCommandLineStays() {
    let given = ["PATH=/usr/sbin", "A=1"]
    let merged = merge(["PATH=/bin", "A=0"], given: given, own: given, line: ["sudo", "A=1", "process-tracer"])
    #expect(merged == ["PATH=/bin", "A=1"])
  }

  @Test func whatWasSetAfterSudoStays() {
    #expect(merge(["PATH=/bin"], given: ["PATH=/x"], own: ["PATH=/y", "B=2"]) == ["PATH=/y", "B=2"])
  }
}

struct StackLimitTests {
  @Test(arguments: [("16777216", UInt64(16_777_216)), ("unlimited", .max)])
  func isReadFromProc(_ text: String, _ value: UInt64) {
    let limits = """
      Limit                     Soft Limit           Hard Limit           Units
      Max data size             unlimited            unlimited            bytes
      Max stack size            \(text)             unlimited            bytes
      """
    #expect(StackLimit.softLimit(in: limits) == value)
  }

  @Test func isUnknownInOtherText() {
    #expect(StackLimit.softLimit(in: "Max data size 1 2 bytes") == nil)
  }
}

struct ContainerKindTests {
  private func kind(_ environment: [String: String], files: Set<String> = []) -> ContainerKind? {
    .find(environment: { environment[$0] }, exists: { files.contains($0) })
  }

  @Test func isFoundByWhatItsMakersLeave() {
    #expect(kind([:]) == nil)
    #expect(kind(["GITHUB_ACTIONS": "true"]) == nil)
    #expect(kind([:], files: ["/.dockerenv"]) == .docker)
    #expect(kind([:], files: ["/run/.containerenv"]) == .podman)
    #expect(kind(["GITHUB_ACTIONS": "true"], files: ["/.dockerenv"]) == .github)
    #expect(kind(["GITLAB_CI": "true"], files: ["/.dockerenv"]) == .gitlab)
    #expect(kind(["KUBERNETES_SERVICE_HOST": "192.0.2.1", "GITLAB_CI": "true"]) == .kubernetes)
  }

  @Test(arguments: ContainerKind.allCases) func lineNamesEveryCapability(_ kind: ContainerKind) {
    let line = kind.line(adding: .tracing)
    #expect(["BPF", "PERFMON", "NET_ADMIN"].allSatisfy(line.contains))
    #expect(!line.contains("CAP_") && !line.contains("\n"))
  }
}

struct ConfinementTests {
  private func obstacle(
    permitted: CapabilitySet = .tracing, bounding: CapabilitySet = .tracing, isUserNamespace: Bool = false,
    refusesBPF: Bool = false, container: ContainerKind? = nil
  ) -> (reason: String, advice: String)? {
    Confinement(
      permitted: permitted, bounding: bounding, isUserNamespace: isUserNamespace, refusesBPF: refusesBPF,
      container: container
    ).obstacle
  }

  @Test func nothingIsInTheWayOfTheThreeCapabilities() {
    #expect(obstacle() == nil)
    #expect(obstacle(permitted: .sysAdmin, bounding: .sysAdmin) == nil)
  }

  @Test func eachObstacleHasItsLine() {
    #expect(obstacle(bounding: [])?.advice.hasPrefix("docker run --cap-add BPF") == true)
    #expect(obstacle(bounding: .bpf, container: .gitlab)?.advice.contains("cap_add") == true)
    #expect(obstacle(refusesBPF: true, container: .kubernetes)?.advice.contains("Unconfined") == true)
    #expect(obstacle(permitted: [])?.advice.contains("sudo") == true)
    #expect(obstacle(isUserNamespace: true)?.advice.contains("rootful") == true)
  }
}
