// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "TruthSuite",
  targets: [
    .target(name: "Truth"),
    .testTarget(name: "ConcurrencyTests", dependencies: ["Truth"]),
    .testTarget(name: "ClassicTests", dependencies: ["Truth"]),
  ]
)
