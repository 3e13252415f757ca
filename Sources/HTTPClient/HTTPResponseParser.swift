private import CHTTPParser

/// Makes a response of the bytes that come from a server; parsed by http-parser.
struct HTTPResponseParser: ~Copyable {
  private let parser = UnsafeMutablePointer<http_parser>.allocate(capacity: 1)
  private let message: Message
  private var isStarted = false

  init(bodyLimit: Int) {
    message = Message(bodyLimit: bodyLimit)
    http_parser_init(parser, HTTP_RESPONSE)
    parser.pointee.data = Unmanaged.passUnretained(message).toOpaque()
  }

  deinit {
    parser.deallocate()
  }

  /// Whether the connection can carry another request, once the response is whole.
  var isReusable: Bool { message.isWhole && message.keepsAlive && !message.isFollowed }

  /// Takes bytes; the response once it is whole.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws(HTTPFailure) -> HTTPResponse? {
    isStarted = isStarted || !bytes.isEmpty
    let taken = execute(bytes)
    if message.isWhole {
      message.isFollowed = taken < bytes.count
      return message.response
    }
    if message.isTooLong { throw .tooLong(limit: message.bodyLimit) }
    let error = http_errno(parser.pointee.http_errno)
    guard error == HPE_OK, parser.pointee.upgrade == 0 else {
      throw .malformed(error == HPE_OK ? "another protocol" : String(cString: http_errno_description(error)))
    }
    return nil
  }

  /// Takes the end of the connection: the response where its body ends so.
  mutating func takeEnd() throws(HTTPFailure) -> HTTPResponse? {
    guard isStarted else { return nil }
    _ = execute(UnsafeRawBufferPointer(start: nil, count: 0))
    return message.isWhole ? message.response : nil
  }

  private mutating func execute(_ bytes: UnsafeRawBufferPointer) -> Int {
    withUnsafePointer(to: Self.callbacks) { callbacks in
      // Without bytes it is told the end; it reads nothing then.
      http_parser_execute(parser, callbacks, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }

  /// What the parser calls; any result but 0 ends the parsing.
  private static var callbacks: http_parser_settings {
    var callbacks = http_parser_settings()
    http_parser_settings_init(&callbacks)
    callbacks.on_message_begin = { parser in
      Message.of(parser).begin()
      return 0
    }
    callbacks.on_status = { parser, bytes, count in
      Message.of(parser).response.reason += text(bytes, count)
      return 0
    }
    callbacks.on_header_field = { parser, bytes, count in
      Message.of(parser).addToName(text(bytes, count))
      return 0
    }
    callbacks.on_header_value = { parser, bytes, count in
      Message.of(parser).addToValue(text(bytes, count))
      return 0
    }
    callbacks.on_body = { parser, bytes, count in
      Message.of(parser).addToBody(UnsafeRawBufferPointer(start: bytes, count: count)) ? 0 : 1
    }
    callbacks.on_message_complete = { parser in
      let message = Message.of(parser)
      message.end(status: Int(parser!.pointee.status_code), keepsAlive: http_should_keep_alive(parser) != 0)
      // What follows is not this response.
      if message.isWhole { http_parser_pause(parser, 1) }
      return 0
    }
    return callbacks
  }
}

private func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
  String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
}

/// The response as far as it has come. A class, for the parser's callbacks know it by its address.
private final class Message {
  let bodyLimit: Int
  var response = HTTPResponse()
  var isWhole = false
  var isTooLong = false
  var keepsAlive = false
  /// Whether bytes came that nobody asked for.
  var isFollowed = false
  private var isInValue = true

  init(bodyLimit: Int) {
    self.bodyLimit = bodyLimit
  }

  static func of(_ parser: UnsafeMutablePointer<http_parser>?) -> Message {
    Unmanaged<Message>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
  }

  func begin() {
    response = HTTPResponse()
    isInValue = true
  }

  func addToName(_ text: String) {
    if isInValue { response.headers.append(HTTPHeader(name: "", value: "")) }
    isInValue = false
    response.headers[response.headers.count - 1].name += text
  }

  func addToValue(_ text: String) {
    isInValue = true
    response.headers[response.headers.count - 1].value += text
  }

  func addToBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    isTooLong = response.body.count + bytes.count > bodyLimit
    if !isTooLong { response.body += bytes }
    return !isTooLong
  }

  /// An interim response, 1xx, is followed by the final one. RFC 9110, section 15.2.
  func end(status: Int, keepsAlive: Bool) {
    guard status >= 200 else { return }
    response.status = status
    self.keepsAlive = keepsAlive
    isWhole = true
  }
}
