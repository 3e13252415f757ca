/// The distinct images of a run: equal ones are held once, and so are their long texts.
struct ImageTable: Sendable {
  private(set) var images: [ProcessImage] = []
  /// For each image, its executable: a place in `executables`.
  private var executableOfImage: [Int32] = []
  /// For each executable, the first image of it.
  private var firstImageOfExecutable: [Int32] = []
  private var executables: [ImageID: Int32] = [:]
  /// The last image with a hash; `previousWithHash` leads to the others, -1 ends.
  private var lastWithHash: [Int: Int32] = [:]
  private var previousWithHash: [Int32] = []
  private var texts: Set<String> = []

  /// The place of an image in `images`; `id` becomes known as an executable with its path.
  mutating func intern(_ image: ProcessImage, id: ImageID) -> Int {
    let next = Int32(images.count)
    let executable = executables[id, default: Int32(firstImageOfExecutable.count)]
    let hash = image.tableHash
    let last = lastWithHash[hash, default: -1]
    var candidate = last
    while candidate >= 0, images[Int(candidate)] != image {
      candidate = previousWithHash[Int(candidate)]
    }
    let index = candidate >= 0 ? candidate : next
    if executable == firstImageOfExecutable.count {
      executables[id] = executable
      firstImageOfExecutable.append(index)
    }
    guard index == next else { return Int(index) }
    images.append(sharingTexts(image))
    executableOfImage.append(executable)
    previousWithHash.append(last)
    lastWithHash[hash] = next
    return Int(next)
  }

  /// Whether an image is of the executable with this id.
  func hasImage(_ image: Int, id: ImageID) -> Bool {
    executables[id] == executableOfImage[image]
  }

  /// The first image of an executable, nil where none was seen.
  func image(of id: ImageID) -> ProcessImage? {
    executables[id].map { images[Int(firstImageOfExecutable[Int($0)])] }
  }

  private mutating func sharingTexts(_ image: ProcessImage) -> ProcessImage {
    var image = image
    image.path = texts.insert(image.path).memberAfterInsert
    image.workingDirectory = texts.insert(image.workingDirectory).memberAfterInsert
    return image
  }
}

extension ProcessImage {
  fileprivate var tableHash: Int {
    var hasher = Hasher()
    hasher.combine(path)
    for argument in arguments { hasher.combine(argument) }
    hasher.combine(workingDirectory)
    if !environment.isEmpty { hasher.combine(environment) }
    return hasher.finalize()
  }
}
