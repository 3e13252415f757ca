extension Activity {
  /// Reads the answer of the session socket; lines of a later version are passed over.
  init(_ lines: [SessionLine]) {
    for line in lines {
      switch line.word {
      case "activity":
        lost = line["lost"].flatMap { Int($0) } ?? 0
        omitted = line["omitted"].flatMap { Int($0) } ?? 0
        isWhole = line["partial"] == nil
      case "process":
        let process = Process(line)
        if process.level == .exact { processes.append(process) } else { notExact.processes.append(process) }
      case "connection":
        let connection = Connection(line)
        if connection.level == .exact {
          connections.append(connection)
        } else {
          notExact.connections.append(connection)
        }
      case "lookup":
        let lookup = Lookup(line)
        if lookup.level == .exact { lookups.append(lookup) } else { notExact.lookups.append(lookup) }
      case "listener":
        let listener = Listener(line)
        if listener.level == .exact { listeners.append(listener) } else { notExact.listeners.append(listener) }
      default: break
      }
    }
  }
}

extension Activity.Process {
  fileprivate init(_ line: SessionLine) {
    pid = line.number("pid")
    parentPID = line.number("parent")
    programs = []
    for (key, value) in line.fields {
      if key == "path" { programs.append(Activity.Program(path: value, arguments: [])) }
      if key == "arg", !programs.isEmpty { programs[programs.count - 1].arguments.append(value) }
    }
    didExecute = line.number("execs") > 0
    ancestry = line.all("from")
    start = line.duration("time") ?? .zero
    end = line.duration("end")
    level = line.level
    if let code = line["exit"].flatMap({ Int($0) }) { status = .code(code) }
    if let signal = line["signal"].flatMap({ Int($0) }) { status = .signal(signal) }
    queries = line.all("run").compactMap { Int($0) }
  }
}

extension Activity.Connection {
  fileprivate init(_ line: SessionLine) {
    direction = Direction(rawValue: line["direction"] ?? "") ?? .connect
    self.protocol = line["protocol"] ?? "?"
    peer = line["peer"] ?? "?"
    destination = line["destination"] ?? "?"
    names = line.all("name")
    place = Place(rawValue: line["place"] ?? "") ?? .outside
    outcome = line["outcome"]
    program = line["program"] ?? "?"
    pid = line.number("pid")
    ancestry = line.all("from")
    time = line.duration("time") ?? .zero
    level = line.level
    queries = line.all("net").compactMap { Int($0) }
  }
}

extension Activity.Lookup {
  fileprivate init(_ line: SessionLine) {
    name = line["name"] ?? "?"
    type = line["type"] ?? "?"
    responseCode = Int(line.number("code"))
    addresses = line.all("address")
    resolver = line["resolver"] ?? "?"
    program = line["program"] ?? "?"
    pid = line.number("pid")
    time = line.duration("time") ?? .zero
    level = line.level
    queries = line.all("net").compactMap { Int($0) }
  }
}

extension Activity.Listener {
  fileprivate init(_ line: SessionLine) {
    self.protocol = line["protocol"] ?? "?"
    local = line["local"] ?? "?"
    program = line["program"] ?? "?"
    pid = line.number("pid")
    time = line.duration("time") ?? .zero
    level = line.level
    queries = line.all("net").compactMap { Int($0) }
  }
}

extension SessionLine {
  fileprivate func number(_ key: String) -> Int32 { self[key].flatMap { Int32($0) } ?? 0 }

  fileprivate func duration(_ key: String) -> Duration? {
    self[key].flatMap { Int64($0) }.map { .nanoseconds($0) }
  }

  fileprivate var level: Activity.Level { Activity.Level(rawValue: self["level"] ?? "") ?? .none }
}
