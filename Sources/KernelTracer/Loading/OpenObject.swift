import CLibbpf

/// An object that libbpf has opened, and may have loaded; closed with the value.
struct OpenObject: ~Copyable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    bpf_object__close(pointer)
  }

  /// Has these programs, and no others, loaded with the object.
  func autoload(_ names: Set<String>) {
    var next = bpf_object__next_program(pointer, nil)
    while let program = next {
      bpf_program__set_autoload(program, names.contains(String(cString: bpf_program__name(program))))
      next = bpf_object__next_program(pointer, program)
    }
  }

  /// Calls `body` with the name of every map of an object, and the map.
  static func forEachMap(of pointer: OpaquePointer, _ body: (String, OpaquePointer) -> Void) {
    var next = bpf_object__next_map(pointer, nil)
    while let map = next {
      body(String(cString: bpf_map__name(map)), map)
      next = bpf_object__next_map(pointer, map)
    }
  }

  func program(_ name: String) -> OpaquePointer? {
    bpf_object__find_program_by_name(pointer, name)
  }

  func map(_ name: String) -> OpaquePointer? {
    bpf_object__find_map_by_name(pointer, name)
  }

  /// -1 where there is no such map, or it was not made.
  func mapDescriptor(_ name: String) -> Int32 {
    map(name).map { bpf_map__fd($0) } ?? -1
  }
}
