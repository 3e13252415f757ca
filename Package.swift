// swift-tools-version: 6.1

import PackageDescription

// Static archives: the shipped binary needs no libbpf, libelf, libyaml, libmd or libexpat where it runs.
// Whoever needs one of the three names them all: only the first mention of a library counts, and they need this order.
let kernelLibraries: [LinkerSetting] = [
  .linkedLibrary(":libbpf.a"), .linkedLibrary(":libelf.a"), .linkedLibrary(":libz.a"),
]

let package = Package(
  name: "process-tracer",
  products: [
    .executable(name: "process-tracer", targets: ["process-tracer"]),
    .library(name: "ProcessExpectations", targets: ["ProcessExpectations"]),
    .library(name: "ProcessExpectationsXCTest", targets: ["ProcessExpectationsXCTest"]),
    .plugin(name: "TraceTestsCommand", targets: ["TraceTestsCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CLibbpf", providers: [.apt(["libbpf-dev", "libelf-dev", "zlib1g-dev"])]),
    .systemLibrary(name: "CYaml", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CMessageDigest", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(name: "CElf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CDisassembler", linkerSettings: [.linkedLibrary(":libcapstone.a")]),
    .target(
      name: "BinaryAnalysis", dependencies: ["CDisassembler", "CElf"],
      linkerSettings: kernelLibraries),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHTTPParser", providers: [.apt(["libhttp-parser-dev"])]),
    .systemLibrary(name: "CNanopb", providers: [.apt(["libnanopb-dev"])]),
    .target(name: "CHostLookup"),
    .target(name: "CKernelABI"),
    .target(name: "CExpat", linkerSettings: [.linkedLibrary(":libexpat.a")]),
    .target(name: "JSONWriting"),
    .target(
      name: "MessageDigest", dependencies: ["CMessageDigest"], linkerSettings: [.linkedLibrary(":libmd.a")]),
    .target(name: "Trace", dependencies: ["JSONWriting"], exclude: ["Record/FORMAT.md"]),
    .target(
      name: "Policy", dependencies: ["Trace", "Audit", "MessageDigest", "CYaml"],
      linkerSettings: [.linkedLibrary(":libyaml.a")]),
    .target(name: "Audit", dependencies: ["Trace"]),
    .target(
      name: "TestAdapters", dependencies: ["CZlib", "Trace"],
      resources: [
        .embedInCode("Pytest/process_tracer_pytest.py"), .embedInCode("Pytest/process_tracer_expectations.py"),
      ]),
    .target(
      name: "Reports", dependencies: ["Trace", "Audit", "Policy", "JSONWriting", "MessageDigest", "CExpat"],
      plugins: ["EmbedPage"]),
    .target(name: "OTLP", dependencies: ["Trace", "Policy", "JSONWriting", "MessageDigest"]),
    .target(
      name: "HTTPClient", dependencies: ["COpenSSL", "CHTTPParser", "CHostLookup"],
      linkerSettings: [
        .linkedLibrary(":libssl.a"), .linkedLibrary(":libcrypto.a"), .linkedLibrary(":libhttp_parser.a"),
      ]),
    .target(
      name: "OTLPExport", dependencies: ["HTTPClient", "OTLP", "Trace", "Policy", "CNanopb", "CZlib"],
      linkerSettings: [.linkedLibrary(":libprotobuf-nanopb.a")] + kernelLibraries),
    .target(name: "ProcessActivity"),
    .target(name: "ProcessExpectations", dependencies: ["ProcessActivity"]),
    .target(name: "ProcessExpectationsXCTest", dependencies: ["ProcessActivity"]),
    .target(name: "SessionService", dependencies: ["CKernelABI", "Policy", "Trace"]),
    .target(
      name: "KernelTracer", dependencies: ["CElf", "CKernelABI", "CLibbpf", "CZlib", "BinaryAnalysis", "Trace"],
      linkerSettings: kernelLibraries, plugins: ["CompileBPF"]),
    .plugin(name: "CompileBPF", capability: .buildTool()),
    .plugin(name: "EmbedPage", capability: .buildTool()),
    .plugin(
      name: "TraceTestsCommand",
      capability: .command(
        intent: .custom(
          verb: "trace-tests", description: "Runs the tests under process-tracer, which has to be installed."))
    ),
    .executableTarget(
      name: "process-tracer",
      dependencies: [
        "KernelTracer", "Trace", "Audit", "CElf", "Policy", "TestAdapters", "Reports", "OTLP", "OTLPExport",
        "MessageDigest", "SessionService", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "JSONWritingTests", dependencies: ["JSONWriting"]),
    .testTarget(name: "MessageDigestTests", dependencies: ["MessageDigest"]),
    .testTarget(name: "BinaryAnalysisTests", dependencies: ["BinaryAnalysis", "CDisassembler"]),
    .testTarget(name: "TraceTests", dependencies: ["Trace", "JSONWriting"]),
    .testTarget(name: "AuditTests", dependencies: ["Audit", "Trace"]),
    .testTarget(name: "PolicyTests", dependencies: ["Policy", "Audit", "Trace"]),
    .testTarget(name: "TestAdaptersTests", dependencies: ["TestAdapters", "Trace"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Policy", "Trace", "MessageDigest"]),
    .testTarget(name: "OTLPTests", dependencies: ["OTLP", "Policy", "Trace"]),
    .testTarget(name: "OTLPExportTests", dependencies: ["OTLPExport", "OTLP", "Policy", "Trace"]),
    .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient"]),
    .testTarget(name: "ProcessExpectationsTests", dependencies: ["ProcessExpectations", "ProcessActivity"]),
    .testTarget(name: "SessionServiceTests", dependencies: ["SessionService", "Policy", "Trace"]),
    .testTarget(name: "KernelTracerTests", dependencies: ["KernelTracer", "Trace", "CKernelABI"]),
  ],
  swiftLanguageModes: [.v6]
)
