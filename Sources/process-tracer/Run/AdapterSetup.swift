import KernelTracer
import TestAdapters

/// What adapters put into the command's environment; gone with the value.
struct AdapterSetup: ~Copyable {
  private let plugin: SharedFile?
  /// The adapters that are on, for the header.
  let names: [String]
  /// Why one that was asked for is not.
  let notes: [String]

  /// - Parameter originals: entries of the environment that are no UTF-8, which are left as they are.
  init(_ choice: AdapterChoice, identity: UserIdentity?, environment: [String: String], originals: [String: [UInt8]]) {
    var plugin: SharedFile?
    var notes: [String] = []
    let isBinary = environment[PytestPlugin.variable].map { originals["\(PytestPlugin.variable)=\($0)"] != nil }
    if choice.includes(PytestPlugin.name), isBinary == true {
      notes.append("no pytest adapter: \(PytestPlugin.variable) is no UTF-8")
    } else if choice.includes(PytestPlugin.name) {
      do {
        plugin = try SharedFile(PytestPlugin.archive, identity: identity)
      } catch {
        notes.append("no pytest adapter: \(error.description)")
      }
    }
    switch plugin {
    case .some: names = [PytestPlugin.name]
    case .none: names = []
    }
    self.plugin = plugin
    self.notes = notes
  }

  /// The environment with what the adapters need.
  func adding(to entries: [String], _ environment: [String: String]) -> [String] {
    switch plugin {
    case .none: return entries
    case .some(let plugin):
      let value = PytestPlugin.value(appending: plugin.path, to: environment[PytestPlugin.variable])
      return Environment.setting(PytestPlugin.variable, to: value, in: entries)
    }
  }
}

/// The value of `--adapters`.
enum AdapterChoice: Equatable {
  case all
  case only(Set<String>)

  static let known = [PytestPlugin.name]

  /// nil for a name that is not known.
  init?(_ text: String) {
    switch text {
    case "auto": self = .all
    case "none": self = .only([])
    default:
      let names = text.split(separator: ",").map(String.init)
      guard !names.isEmpty, names.allSatisfy(Self.known.contains) else { return nil }
      self = .only(Set(names))
    }
  }

  func includes(_ name: String) -> Bool {
    switch self {
    case .all: true
    case .only(let names): names.contains(name)
    }
  }
}
