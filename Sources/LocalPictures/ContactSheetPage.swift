// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Pixelation
import Pixels
import Settings

/// The HTML page of a contact sheet. It contains its pictures and needs no other file; the pictures are links to the
/// outputs.
struct ContactSheetPage {
    let entries: [ContactSheet.Entry]
    let failures: [PictureFailure]
    let omitted: (pictures: Int, failures: Int)
    let summary: String
    /// The name of the PNG file beside the page; nil if there is none.
    let image: String?

    /// The longest side of a shown picture in CSS pixels.
    private static let box = 200
    private static let style = """
        :root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif }
        body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
        h2 { font-size: 1.05rem; margin: 2.5rem 0 .2rem; overflow-wrap: anywhere }
        p { margin: 0 0 .8rem; opacity: .75 }
        section div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end }
        figure { margin: 0 }
        figcaption { font-size: .85rem; opacity: .75; margin-top: .2rem }
        img { display: block; image-rendering: pixelated; border-radius: 3px;
          background: repeating-conic-gradient(#8886 0% 25%, #fff6 0% 50%) 0 0 / 16px 16px }
        li { overflow-wrap: anywhere }
        """

    var bytes: [UInt8] {
        let link = image.map { " · <a href=\"\(Self.link($0.utf8))\">as PNG</a>" } ?? ""
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Contact sheet</title>
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src \
            'unsafe-inline'">
            <style>\(Self.style)</style></head>
            <body><h1>Contact sheet</h1>
            <p>\(Self.escaped(summary))\(link)</p>

            """
        if omitted.pictures > 0 {
            let count = entries.count + omitted.pictures
            page += "<p>The sheet shows \(entries.count) of \(count) pictures.</p>\n"
        }
        if !failures.isEmpty {
            page += "<h2>Not pixelated</h2>\n<ul>\n"
            for failure in failures { page += "<li><bdi>\(Self.escaped("\(failure)"))</bdi></li>\n" }
            if omitted.failures > 0 { page += "<li>and \(omitted.failures) others</li>\n" }
            page += "</ul>\n"
        }
        for entry in entries { page += Self.section(entry) }
        return Array((page + "</body></html>\n").utf8)
    }

    private static func section(_ entry: ContactSheet.Entry) -> String {
        let (outputs, preview) = (entry.outputs, entry.preview)
        let name = escaped(LocalPath(bytes: entry.target).description)
        let frames = preview.frames > 1 ? ", \(preview.frames) frames" : ""
        let damage = outputs.damage.map { ", damaged (\($0.kind.rawValue))" }.joined()
        var text = """
            <section><h2><bdi>\(name)</bdi></h2>
            <p>\(outputs.format.rawValue), \(outputs.width) × \(outputs.height)\(frames)\(damage)</p><div>

            """
        let longest = max(preview.width, preview.height)
        let width = max(1, preview.width * box / longest)
        let height = max(1, preview.height * box / longest)
        for (thumbnail, target) in zip(preview.thumbnails, outputs.targets) {
            let size = thumbnail.grid.size
            text += """
                <figure><a href="\(link(target))"><img width="\(width)" height="\(height)" \
                alt="\(name) in \(size) × \(size) blocks" \
                src="data:image/png;base64,\(Data(thumbnail.png).base64EncodedString())"></a>\
                <figcaption>\(size) × \(size)</figcaption></figure>

                """
        }
        return text + "</div></section>\n"
    }

    /// Returns the relative link to a file below the output directory.
    private static func link(_ path: some Sequence<UInt8>) -> String {
        // All bytes but letters, digits and slashes are percent-encoded (RFC 3986, 2.1). The first component of a
        // relative link contains no colon (4.2).
        path.reduce(into: "./") { link, byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || "0123456789-_./".unicodeScalars.contains(scalar))
            link +=
                isPlain
                ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
