// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "SwiftTestingSuite",
  targets: [
    .target(name: "Words"),
    .testTarget(name: "WordsTests", dependencies: ["Words"]),
  ]
)
