import KernelTracer
import SessionService
import TestAdapters

/// What adapters put into the command's environment; gone with the value.
struct AdapterSetup: ~Copyable {
  private let plugin: SharedFile?
  /// Where expectations in tests ask what their tests did.
  private(set) var socket: SessionSocket?
  /// The adapters that are on, for the header.
  let names: [String]
  /// Why one that was asked for is not.
  let notes: [String]

  /// - Parameter originals: entries of the environment that are no UTF-8, which are left as they are.
  init(
    _ choice: AdapterChoice, command: [String], identity: UserIdentity?, environment: [String: String],
    originals: [String: [UInt8]]
  ) {
    var plugin: SharedFile?
    var notes: [String] = []
    let isBinary = environment[PytestPlugin.variable].map { originals["\(PytestPlugin.variable)=\($0)"] != nil }
    // What Swift's tests start is theirs as a whole, and the path of the plugin differs from run to run.
    let wantsPytest = choice == .all ? !SwiftPackageManager.isTest(command) : choice.includes(PytestPlugin.name)
    if wantsPytest, isBinary == true {
      notes.append("no pytest adapter: \(PytestPlugin.variable) is no UTF-8")
    } else if wantsPytest {
      do {
        plugin = try SharedFile(PytestPlugin.archive, identity: identity)
      } catch {
        notes.append("no pytest adapter: \(error.description)")
      }
    }
    let instruments = choice.instruments.map(\.name)
    var names: [String]
    switch plugin {
    case .some: names = [PytestPlugin.name] + instruments
    case .none: names = instruments
    }
    if choice.includes(AdapterChoice.expectations) {
      do {
        socket = try SessionSocket()
        names.append(AdapterChoice.expectations)
      } catch {
        notes.append("expectations in tests find no tracer: \(error.description)")
      }
    }
    self.names = names
    self.plugin = plugin
    self.notes = notes
  }

  /// nil where there is no session socket.
  var socketPath: String? {
    switch socket {
    case .some(let socket): socket.path
    case .none: nil
    }
  }

  var socketDescriptor: Int32? {
    switch socket {
    case .some(let socket): socket.descriptor
    case .none: nil
    }
  }

  /// One sentence about requests to the session socket that were refused; nil where none was.
  var refusals: String? {
    switch socket {
    case .some(let socket):
      guard let first = socket.refusals.first else { return nil }
      let count = socket.refusals.count
      return "\(count) request\(count == 1 ? "" : "s") to the session socket refused; the first, of pid \(first.pid): "
        + first.reason
    case .none: return nil
    }
  }

  /// Does what can be done at the session socket without waiting.
  mutating func serve(
    isMember: (Int32) -> Bool, answer: (SessionRequest) throws(SessionRefusal) -> ScopeAnswer
  ) {
    guard var socket = socket.take() else { return }
    socket.serve(isMember: isMember, answer: answer)
    self.socket = consume socket
  }

  /// Tells the processes behind them to end, once the command has; the end of the value waits for that.
  mutating func end() {
    switch plugin {
    case .some(let plugin): plugin.close()
    case .none: break
    }
    guard var socket = socket.take() else { return }
    socket.end()
    self.socket = consume socket
  }

  /// The environment with what the adapters need.
  func adding(to entries: [String], _ environment: [String: String]) -> [String] {
    var entries = entries
    switch plugin {
    case .none: break
    case .some(let plugin):
      let value = PytestPlugin.value(appending: plugin.path, to: environment[PytestPlugin.variable])
      entries = Environment.setting(PytestPlugin.variable, to: value, in: entries)
    }
    // Not that of a run around this one, in any case.
    entries.removeAll { $0.hasPrefix("\(SessionSocket.variable)=") }
    if let path = socketPath { entries = Environment.setting(SessionSocket.variable, to: path, in: entries) }
    return entries
  }
}

/// The value of `--adapters`.
enum AdapterChoice: Equatable {
  case all
  case only(Set<String>)

  /// The session socket, at which expectations in tests ask.
  static let expectations = "expectations"
  private static let everyInstrument: [Instrument] = [.go, .swift, .cargo]
  static let known = [PytestPlugin.name] + everyInstrument.map(\.name) + [expectations]

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

  /// Those of the adapters that attach probes.
  var instruments: [Instrument] { Self.everyInstrument.filter { includes($0.name) } }

  func includes(_ name: String) -> Bool {
    switch self {
    case .all: true
    case .only(let names): names.contains(name)
    }
  }
}
