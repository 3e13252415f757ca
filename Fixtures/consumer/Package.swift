// swift-tools-version: 6.1

import PackageDescription

// A package that uses the assertion module as anybody would, by URL; the test names a clone of this repository.
let package = Package(
  name: "consumer",
  dependencies: [
    .package(
      url: Context.environment["PROCESS_TRACER_CLONE"] ?? "https://process-tracer.invalid/process-tracer",
      revision: Context.environment["PROCESS_TRACER_REVISION"] ?? "main")
  ],
  targets: [
    .executableTarget(
      name: "Consumer", dependencies: [.product(name: "ProcessExpectations", package: "process-tracer")])
  ],
  swiftLanguageModes: [.v6]
)
