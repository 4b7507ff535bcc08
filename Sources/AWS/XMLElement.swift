// SPDX-License-Identifier: Apache-2.0

import CLibExpat

/// An element of an XML document, for example of a response of S3 or STS.
struct XMLElement: Sendable, Equatable {
    /// The name of the element without its namespace prefix.
    var name: String
    /// The text of the element including white space; empty when the element has child elements.
    var text: String
    var children: [XMLElement]

    /// The first child element with the name `name`; nil when there is none.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// Parses a document and returns its root element.
    ///
    /// - Parameter maximumElements: the maximum number of elements.
    /// - Returns: the root element; nil when `bytes` are not well-formed XML, or when they have a document type
    ///   declaration (which would allow entity expansion), more than 16 levels or more than `maximumElements`.
    static func parse(_ bytes: [UInt8], maximumElements: Int = 10_000) -> XMLElement? {
        guard let parser = XML_ParserCreate("UTF-8") else { return nil }
        defer { XML_ParserFree(parser) }
        let builder = XMLTreeBuilder(parser: parser, maximumElements: maximumElements)
        return withExtendedLifetime(builder) {
            XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
            XML_SetElementHandler(
                parser,
                { context, name, _ in XMLTreeBuilder.from(context)?.start(name) },
                { context, _ in XMLTreeBuilder.from(context)?.end() })
            XML_SetCharacterDataHandler(parser) { context, text, count in
                XMLTreeBuilder.from(context)?.characters(text, Int(count))
            }
            XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
                XMLTreeBuilder.from(context)?.refuse()
            }
            let status = bytes.withUnsafeBytes { buffer in
                XML_Parse(
                    parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    CInt(clamping: buffer.count), 1)
            }
            return status == XML_STATUS_OK ? builder.root : nil
        }
    }
}

/// The builder of a tree of elements, whose functions are the callbacks of expat during one call of `XMLElement.parse`.
private final class XMLTreeBuilder {
    private(set) var root: XMLElement?
    private let parser: XML_Parser
    private var open: [(name: String, text: [UInt8], children: [XMLElement])] = []
    private var count = 0
    private let maximumElements: Int

    init(parser: XML_Parser, maximumElements: Int) {
        self.parser = parser
        self.maximumElements = maximumElements
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        context.map { Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    func start(_ name: UnsafePointer<CChar>?) {
        count += 1
        guard open.count < 16, count <= maximumElements, let name else { return refuse() }
        let qualified = String(cString: name)
        open.append((qualified.split(separator: ":").last.map(String.init) ?? qualified, [], []))
    }

    func characters(_ text: UnsafePointer<CChar>?, _ count: Int) {
        guard let text, !open.isEmpty else { return }
        open[open.count - 1].text += UnsafeRawBufferPointer(start: text, count: count)
    }

    func end() {
        guard let closed = open.popLast() else { return }
        let text = closed.children.isEmpty ? String(decoding: closed.text, as: UTF8.self) : ""
        let element = XMLElement(name: closed.name, text: text, children: closed.children)
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    func refuse() { XML_StopParser(parser, XML_Bool(XML_FALSE)) }
}
