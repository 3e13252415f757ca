import ProcessExpectations

@main
enum Consumer {
  static func main() {
    print("process-tracer \(Tracer.version)")
  }
}
