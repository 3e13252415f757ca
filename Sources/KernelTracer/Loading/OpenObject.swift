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

  /// Lets an object that is not loaded yet have the maps and variables of this one, by their names.
  func share(with object: OpaquePointer) {
    var next = bpf_object__next_map(object, nil)
    while let map = next {
      let shared = mapDescriptor(String(cString: bpf_map__name(map)))
      if shared >= 0 { bpf_map__reuse_fd(map, shared) }
      next = bpf_object__next_map(object, map)
    }
  }

  func program(_ name: String) -> OpaquePointer? {
    bpf_object__find_program_by_name(pointer, name)
  }

  func map(_ name: String) -> OpaquePointer? {
    bpf_object__find_map_by_name(pointer, name)
  }

  /// -1 where there is no such map.
  func mapDescriptor(_ name: String) -> Int32 {
    map(name).map { bpf_map__fd($0) } ?? -1
  }
}
