// swift-tools-version: 6.1

import PackageDescription

// A package that uses the assertion modules as anybody would, by URL; the test names a clone of this repository.
let package = Package(
  name: "consumer",
  dependencies: [
    .package(
      url: Context.environment["PROCESS_TRACER_CLONE"] ?? "https://process-tracer.invalid/process-tracer",
      revision: Context.environment["PROCESS_TRACER_REVISION"] ?? "main")
  ],
  targets: [
    .target(name: "Work"),
    .testTarget(
      name: "SwiftTestingTests",
      dependencies: ["Work", .product(name: "ProcessExpectations", package: "process-tracer")]),
    .testTarget(
      name: "XCTestTests",
      dependencies: ["Work", .product(name: "ProcessExpectationsXCTest", package: "process-tracer")]),
  ],
  swiftLanguageModes: [.v6]
)
