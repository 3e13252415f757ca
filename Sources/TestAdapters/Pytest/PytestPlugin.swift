/// The plugin that marks pytest's tests, and how a Python finds it.
///
/// An entry point in an archive on PYTHONPATH, and not PYTEST_PLUGINS: where PYTHONPATH is ignored or replaced
/// (`python -I`, `PYTHONPATH=src pytest`), pytest runs without the plugin, where it would stop for a module that is
/// named and cannot be imported.
public enum PytestPlugin {
  public static let name = "pytest"
  /// What is appended to, behind what the user has in it.
  public static let variable = "PYTHONPATH"
  /// As in `pytest -p no:NAME`.
  static let entryPoint = "process_tracer"

  /// A zip archive for PYTHONPATH: the module, and the metadata by which pytest finds it.
  public static var archive: [UInt8] {
    let metadata = "process_tracer_pytest-1.dist-info"
    return ZipArchive.stored([
      ("process_tracer_pytest.py", PackageResources.process_tracer_pytest_py),
      ("process_tracer_expectations.py", PackageResources.process_tracer_expectations_py),
      ("\(metadata)/METADATA", Array("Metadata-Version: 2.1\nName: process-tracer-pytest\nVersion: 1\n".utf8)),
      ("\(metadata)/entry_points.txt", Array("[pytest11]\n\(entryPoint) = process_tracer_pytest\n".utf8)),
    ])
  }

  /// The variable's value with the archive behind what is there.
  public static func value(appending path: String, to current: String?) -> String {
    guard let current, !current.isEmpty else { return path }
    return "\(current):\(path)"
  }
}
