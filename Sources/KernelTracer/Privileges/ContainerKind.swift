import Glibc

/// Who made the container that this process is in, as far as it shows, and how its makers are asked for more.
enum ContainerKind: String, CaseIterable, Sendable {
  case docker
  case podman
  case github = "GitHub Actions"
  case gitlab = "GitLab CI"
  case kubernetes = "Kubernetes"

  /// The variables by which some of them are known.
  static let variables = ["GITHUB_ACTIONS", "GITLAB_CI", "KUBERNETES_SERVICE_HOST", "container"]

  /// nil where nothing tells of a container.
  static func find(
    environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } },
    exists: (String) -> Bool = { access($0, F_OK) == 0 }
  ) -> ContainerKind? {
    func isSet(_ name: String) -> Bool { environment(name).map { !$0.isEmpty } ?? false }
    if isSet("KUBERNETES_SERVICE_HOST") { return .kubernetes }
    let isPodman = environment("container") == "podman" || exists("/run/.containerenv")
    guard isPodman || exists("/.dockerenv") else { return nil }
    if isSet("GITLAB_CI") { return .gitlab }
    if isSet("GITHUB_ACTIONS") { return .github }
    return isPodman ? .podman : .docker
  }

  /// The one line that gives a container these capabilities.
  func line(adding capabilities: CapabilitySet) -> String {
    let names = capabilities.names.map { $0.dropFirst("CAP_".count) }
    let options = names.map { "--cap-add \($0)" }.joined(separator: " ")
    let quoted = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return switch self {
    case .docker, .podman: "\(rawValue) run \(options) …"
    case .github: "in the job's container: options: \(options)"
    case .gitlab: "in the runner's config.toml, [runners.docker]: cap_add = [\(quoted)]"
    case .kubernetes:
      "in the container's spec: securityContext: { capabilities: { add: [\(names.joined(separator: ", "))] } }"
    }
  }

  /// The one line that lets bpf(2) through.
  var lineWithoutFilter: String {
    switch self {
    case .docker, .podman: "\(rawValue) run --security-opt seccomp=unconfined …"
    case .github: "in the job's container: options: --security-opt seccomp=unconfined"
    case .gitlab: "in the runner's config.toml, [runners.docker]: security_opt = [\"seccomp=unconfined\"]"
    case .kubernetes: "in the container's spec: securityContext: { seccompProfile: { type: Unconfined } }"
    }
  }
}

extension KernelTracerError {
  /// The environment variables by which kinds of containers are known, for what errors advise.
  public static var containerVariables: [String] { ContainerKind.variables }
}
