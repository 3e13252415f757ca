import Testing
import Trace

@Suite struct ArgumentRedactorTests {
  private static let jsonWebToken =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"

  @Test(arguments: [
    (["deploy", "--password", "hunter2", "--verbose"], ["deploy", "--password", "[redacted]", "--verbose"]),
    (["deploy", "--password=hunter2"], ["deploy", "--password=[redacted]"]),
    (["deploy", "-token", "abc"], ["deploy", "-token", "[redacted]"]),
    (["x", "--api-key=a=b"], ["x", "--api-key=[redacted]"]),
    (["x", "--apikey", "abc"], ["x", "--apikey", "[redacted]"]),
    (["x", "--secret-access-key", "abc"], ["x", "--secret-access-key", "[redacted]"]),
    (["x", "--clientSecret", "abc"], ["x", "--clientSecret", "[redacted]"]),
    (["x", "--auth", "user:pw"], ["x", "--auth", "[redacted]"]),
    (["x", "--credential", "-abc"], ["x", "--credential", "[redacted]"]),
    (["x", "--oauth2-bearer", "abc"], ["x", "--oauth2-bearer", "[redacted]"]),
    (
      ["env", "GITHUB_TOKEN=abc", "PGPASSWORD=a b", "make"],
      ["env", "GITHUB_TOKEN=[redacted]", "PGPASSWORD=[redacted]", "make"]
    ),
    (["env", "MYSQL_PWD=abc", "DB_PASS=x"], ["env", "MYSQL_PWD=[redacted]", "DB_PASS=[redacted]"]),
    (["java", "-Ddb.password=abc"], ["java", "-Ddb.password=[redacted]"]),
  ])
  func hidesNamedValues(arguments: [String], expected: [String]) {
    #expect(ArgumentRedactor.redact(arguments) == expected)
  }

  @Test(arguments: [
    (["curl", "-u", "me:pw", "https://h/"], ["curl", "-u", "me:[redacted]", "https://h/"]),
    (["/usr/bin/curl", "-sSu", "me:pw"], ["/usr/bin/curl", "-sSu", "me:[redacted]"]),
    (["curl", "-ume:pw"], ["curl", "-ume:[redacted]"]), (["curl", "--user=me:pw"], ["curl", "--user=me:[redacted]"]),
    (["curl", "--proxy-user", "me:pw"], ["curl", "--proxy-user", "me:[redacted]"]),
    (["curl", "-H", "Authorization: token abc"], ["curl", "-H", "Authorization: [redacted]"]),
    (["curl", "-HAuthorization:Basic abc="], ["curl", "-HAuthorization:[redacted]"]),
    (["curl", "-H", "PRIVATE-TOKEN: abc"], ["curl", "-H", "PRIVATE-TOKEN: [redacted]"]),
    (["curl", "-H", "X-Api-Key: abc"], ["curl", "-H", "X-Api-Key: [redacted]"]),
    (
      ["curl", "-d", #"{"user":"me","password":"a\"b","n":1}"#],
      ["curl", "-d", #"{"user":"me","password":"[redacted]","n":1}"#]
    ),
    (["curl", "https://h/?q=1&access_token=abc&x=2"], ["curl", "https://h/?q=1&access_token=[redacted]&x=2"]),
    (["x", "Bearer abcdefgh123"], ["x", "Bearer [redacted]"]),
    (["x", "https://user:pw@host/p"], ["x", "https://[redacted]@host/p"]),
    (["x", "https://abcdef@host/p?a=b@c"], ["x", "https://[redacted]@host/p?a=b@c"]),
    (["x", "--db=postgres://u:p@ss@host:5432/db"], ["x", "--db=postgres://[redacted]@host:5432/db"]),
    (
      ["sh", "-c", "run --token abc && curl -u me:pw 'https://u:p@h/' -H \"Authorization: Bearer abc\" | jq"],
      [
        "sh", "-c",
        "run --token [redacted] && curl -u me:[redacted] 'https://[redacted]@h/' -H \"Authorization: [redacted]\" | jq",
      ]
    ), (["sh", "-c", "export A_TOKEN='a b'; make"], ["sh", "-c", "export A_TOKEN='[redacted]'; make"]),
  ])
  func hidesSecretsOfCommandsAndURLs(arguments: [String], expected: [String]) {
    #expect(ArgumentRedactor.redact(arguments) == expected)
  }

  @Test(arguments: [
    "ghp_0123456789abcdefABCDEF", "gho_0123456789abcdefABCDEF", "ghs_0123456789abcdefABCDEF",
    "github_pat_11ABCDEFG0_abcdefghijkl", "glpat-abcdefghij_0123456", "xoxb-123456789012-abcdef",
    "xoxp-123456789012-abcdef", "AKIAIOSFODNN7EXAMPLE", "sk_live_abcdefgh12345678",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789", "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw", jsonWebToken,
  ])
  func hidesTokensByTheirForm(token: String) {
    #expect(ArgumentRedactor.redact(["x", token]) == ["x", "[redacted]"])
    #expect(ArgumentRedactor.redact(["x", "a=\(token)/b"]) == ["x", "a=[redacted]/b"])
    #expect(ArgumentRedactor.redact(text: "see \(token), please") == "see [redacted], please")
  }

  @Test func hidesPrivateKeys() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"
    #expect(ArgumentRedactor.redact(["x", "--data=\(key)\nrest"]) == ["x", "--data=[redacted]\nrest"])
    #expect(ArgumentRedactor.redact(text: "-----BEGIN PRIVATE KEY-----\nMIIE") == "[redacted]")
  }

  @Test(arguments: [
    [], ["true"], ["git", "commit", "--author=Ann <ann@example.com>", "-m", "auth: accept tokens"],
    ["git", "clone", "git@github.com:o/r.git"], ["git", "fetch", "ssh://git@example.com/r"],
    ["x", "--password-file", "/run/pw"], ["x", "--token-url=https://h/token"], ["x", "--no-auth", "arg"],
    ["docker", "login", "--password-stdin"], ["x", "--tokenizer=bert", "--max-tokens", "100"],
    ["x", "TOKENIZERS_PARALLELISM=false"], ["env", "PWD=/src", "OLDPWD=/"], ["x", "--use-token=false"],
    ["pytest", "tests/test_token.py::test_password[secret-1]"], ["pip", "install", "secret==1.0", "npm_config_x=1"],
    ["x", "AKIAIOSFODNN7EXAMPL"], ["x", "-u", "me:pw"], ["curl", "-u", "me", "https://host:80/a@b"],
    ["x", "--password"],
    ["x", "--password="], ["x", "--token", "--verbose"], ["ls", "/secrets/a", "token"], ["x", "eyJh.abc"],
    ["x", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"], ["x", "[redacted]", "--token=[redacted]"],
    ["go", "test", "./pkg/auth/...", "-run", "TestAuth"], ["cc", "-I", "/usr/include/cred", "pass.c"],
    ["http", "http://[2001:db8::1]:80/user@x"], ["make", "-j4", "KEY=1", "MONKEY=2"],
  ])
  func leavesTheRestAlone(arguments: [String]) {
    #expect(ArgumentRedactor.redact(arguments) == arguments)
  }

  @Test func redactsOnlyOnce() {
    let once = ArgumentRedactor.redact(["curl", "-u", "a:b", "--token", "x", "https://u:p@h", "-H", "Authorization: y"])
    #expect(ArgumentRedactor.redact(once) == once)
  }
}
