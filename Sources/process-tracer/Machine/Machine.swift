import Glibc
import Trace

/// Facts about this machine that reports carry.
enum Machine {
  static let workingDirectory: String = {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }()

  /// uname(2).
  static let name: (host: String, kernelRelease: String, kernelVersion: String, hardware: String) = {
    var name = utsname()
    uname(&name)
    func text<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
      withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return (text(name.nodename), text(name.release), text(name.version), text(name.machine))
  }()

  /// The width of the terminal on standard output, nil where it does not tell.
  static var terminalColumns: Int? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// The nameservers of /etc/resolv.conf, resolv.conf(5).
  static var nameservers: [IPAddress] {
    lines(of: "/etc/resolv.conf").compactMap { line in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 2, words[0] == "nameserver" else { return nil }
      return IPAddress(String(words[1].prefix { $0 != "%" }))
    }
  }

  /// /etc/hosts, hosts(5).
  static var hosts: [HostsEntry] { lines(of: "/etc/hosts").compactMap { HostsEntry(line: $0) } }

  /// The lines of a small text file; none where it cannot be read.
  static func lines(of path: String) -> [String] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var lines: [String] = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) >= 0, let text = line {
      lines.append(String(cString: text).trimmingNewline())
    }
    return lines
  }
}

extension String {
  fileprivate func trimmingNewline() -> String {
    hasSuffix("\n") ? String(dropLast()) : self
  }
}
