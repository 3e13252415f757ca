/// The policies that come with the tool, for `extends: ["builtin:NAME"]`.
enum ShippedPolicies {
  static let prefix = "builtin:"

  static let texts: [String: String] = [
    "builtin:no-dns": """
    # No name lookups: tests that resolve names are tests that depend on somebody's DNS.
    version: 1
    network: { deny: [dns] }
    """,
    "builtin:no-download-tools": """
    # No program whose purpose is to move files over the network.
    version: 1
    processes:
      deny: [curl, wget, aria2c, ftp, sftp, scp, rsync, ssh]
    """,
  ]

  static let names = texts.keys.sorted()
}
