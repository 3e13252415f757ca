import Work

// What the README's example calls; its code becomes a file next to this one.
let mirror = "https://mirror.example.com/repository"

func clone(_ repository: String) async throws {
  runProgram("/usr/bin/git", "check-ref-format", "refs/\(repository.utf8.count)")
}
