import JSONWriting

extension JSONWriter {
  mutating func write(_ executable: ExecutableIdentity) {
    object {
      $0.member("path", executable.path)
      $0.member("state", executable.state.rawValue)
      if let sha256 = executable.sha256 { $0.member("sha256", sha256) }
      if let buildID = executable.buildID { $0.member("build_id", buildID) }
      $0.member("size", executable.size)
      if executable.isSetUID { $0.member("setuid", true) }
      if executable.isSetGID { $0.member("setgid", true) }
    }
  }
}

extension ExecutableIdentity {
  init(_ fields: RecordFields) throws(RecordFault) {
    guard let state = State(rawValue: try fields.string("state")) else {
      throw .expected("one of \(State.allCases.map(\.rawValue).joined(separator: ", "))", for: "state")
    }
    self.init(
      path: try fields.string("path"), state: state, sha256: try fields.optionalString("sha256"),
      buildID: try fields.optionalString("build_id"), size: try fields.integer("size"),
      isSetUID: try fields.mark("setuid"), isSetGID: try fields.mark("setgid"))
  }
}
