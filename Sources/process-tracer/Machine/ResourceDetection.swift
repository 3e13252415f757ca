import OTLPExport
import Trace

/// The OpenTelemetry resource of a run: service, host, operating system, CI and repository.
///
/// Semantic conventions 1.44.0; what the environment says wins over what is detected.
enum ResourceDetection {
  static func attributes(environment: [String: String]) -> [String: String] {
    var attributes = host()
    attributes.merge(continuousIntegration(environment)) { $1 }
    attributes["service.name"] = Machine.workingDirectory.lastPathComponent
    attributes["service.version"] = Version.current
    attributes.merge(declared(environment)) { $1 }
    if let name = environment["OTEL_SERVICE_NAME"], !name.isEmpty { attributes["service.name"] = name }
    return attributes.filter { !$0.value.isEmpty }
  }

  private static func host() -> [String: String] {
    let architectures = ["x86_64": "amd64", "aarch64": "arm64"]
    var attributes = [
      "host.name": Machine.name.host,
      "host.arch": architectures[Machine.name.hardware] ?? Machine.name.hardware,
      "os.type": "linux",
      "os.description": "Linux \(Machine.name.kernelRelease) \(Machine.name.kernelVersion)",
    ]
    for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
      if attributes["host.id"] == nil, let id = Machine.lines(of: path).first { attributes["host.id"] = id }
    }
    for line in Machine.lines(of: "/etc/os-release") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      let value = parts[1].filter { $0 != "\"" && $0 != "'" }
      if parts[0] == "NAME" { attributes["os.name"] = value }
      if parts[0] == "VERSION_ID" { attributes["os.version"] = value }
    }
    return attributes
  }

  /// OTEL_RESOURCE_ATTRIBUTES: `key=value,…`, percent-encoded; discarded whole on any mistake, as the
  /// specification says (resource/sdk.md).
  private static func declared(_ environment: [String: String]) -> [String: String] {
    guard let text = environment["OTEL_RESOURCE_ATTRIBUTES"], !text.isEmpty else { return [:] }
    var attributes: [String: String] = [:]
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let key = PercentEncoding.decoded(trimmed(parts[0])), !key.isEmpty,
        let value = PercentEncoding.decoded(trimmed(parts[1]))
      else {
        Diagnostics.warn("OTEL_RESOURCE_ATTRIBUTES is ignored: \"\(pair)\" is not key=value")
        return [:]
      }
      attributes[key] = value
    }
    return attributes
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " }
    return start.prefix(start.count - start.reversed().prefix { $0 == " " }.count)
  }

  // MARK: CI

  private struct Provider {
    /// The variable that tells that this CI runs.
    var marker: String
    /// Resource attribute to variable.
    var variables: [String: String]
  }

  private static let providers = [
    Provider(
      marker: "GITHUB_ACTIONS",
      variables: [
        "cicd.pipeline.name": "GITHUB_WORKFLOW", "cicd.pipeline.run.id": "GITHUB_RUN_ID",
        "cicd.pipeline.task.name": "GITHUB_JOB", "vcs.ref.head.revision": "GITHUB_SHA",
        "vcs.ref.head.name": "GITHUB_REF_NAME", "vcs.repository.name": "GITHUB_REPOSITORY",
      ]),
    Provider(
      marker: "GITLAB_CI",
      variables: [
        "cicd.pipeline.name": "CI_PROJECT_PATH", "cicd.pipeline.run.id": "CI_PIPELINE_ID",
        "cicd.pipeline.run.url.full": "CI_PIPELINE_URL", "cicd.pipeline.task.name": "CI_JOB_NAME",
        "vcs.ref.head.revision": "CI_COMMIT_SHA", "vcs.ref.head.name": "CI_COMMIT_REF_NAME",
        "vcs.change.id": "CI_MERGE_REQUEST_IID",
      ]),
    Provider(
      marker: "JENKINS_URL",
      variables: [
        "cicd.pipeline.name": "JOB_NAME", "cicd.pipeline.run.id": "BUILD_ID",
        "cicd.pipeline.run.url.full": "BUILD_URL", "cicd.pipeline.task.name": "STAGE_NAME",
        "vcs.ref.head.revision": "GIT_COMMIT", "vcs.ref.head.name": "BRANCH_NAME", "vcs.change.id": "CHANGE_ID",
      ]),
    Provider(
      marker: "BUILDKITE",
      variables: [
        "cicd.pipeline.name": "BUILDKITE_PIPELINE_SLUG", "cicd.pipeline.run.id": "BUILDKITE_BUILD_ID",
        "cicd.pipeline.run.url.full": "BUILDKITE_BUILD_URL", "cicd.pipeline.task.name": "BUILDKITE_LABEL",
        "vcs.ref.head.revision": "BUILDKITE_COMMIT", "vcs.ref.head.name": "BUILDKITE_BRANCH",
      ]),
  ]

  private static func continuousIntegration(_ environment: [String: String]) -> [String: String] {
    guard let provider = providers.first(where: { environment[$0.marker] != nil }) else { return [:] }
    var attributes = provider.variables.compactMapValues { environment[$0] }
    if provider.marker == "GITHUB_ACTIONS" {
      if let server = environment["GITHUB_SERVER_URL"], let repository = environment["GITHUB_REPOSITORY"],
        let run = environment["GITHUB_RUN_ID"]
      {
        attributes["cicd.pipeline.run.url.full"] = "\(server)/\(repository)/actions/runs/\(run)"
        attributes["vcs.repository.url.full"] = "\(server)/\(repository)"
      }
      if let head = environment["GITHUB_HEAD_REF"], !head.isEmpty { attributes["vcs.ref.head.name"] = head }
    }
    return attributes
  }
}
