// SPDX-License-Identifier: Apache-2.0

internal import CLibC
import Glibc

/// The decoder's side of the channel, which is its descriptor 0, and of the shared memory.
package struct DecoderConnection {
    package let channel = DecoderChannel(STDIN_FILENO)
    package let hello: HelloMessage
    /// The shared memory, which the parent fills and which this process can only read.
    private let memory: UnsafeRawPointer

    /// Receives the first message of the parent, and maps the shared memory. Its descriptor is closed, so that this
    /// process has no descriptor but 0.
    ///
    /// - Throws: `DecoderChannel.Failure`.
    package init() throws(DecoderChannel.Failure) {
        // The parent sends the message at once, so that one call receives all of it.
        var bytes = [UInt8](repeating: 0, count: MessageReader.lengthBytes + HelloMessage.maximumBytes)
        var descriptor: Int32 = -1
        var count: Int
        repeat {
            count = px_receive_with_descriptor(channel.descriptor, &bytes, bytes.count, 0, &descriptor)
        } while count < 0 && errno == EINTR
        guard count > 0 else { throw count == 0 ? .closed : .system(errno) }
        defer { if descriptor >= 0 { close(descriptor) } }
        do throws(MessageError) {
            let length = try MessageReader.length(
                Array(bytes.prefix(MessageReader.lengthBytes)), maximum: HelloMessage.maximumBytes)
            guard count == MessageReader.lengthBytes + length else { throw MessageError("\(count) bytes") }
            hello = try HelloMessage(body: Array(bytes[MessageReader.lengthBytes..<count]))
        } catch {
            throw .garbage(error.description)
        }
        guard descriptor >= 0 else { throw .garbage("the first message has no descriptor") }
        let pointer = mmap(nil, hello.mappingBytes, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let pointer, pointer != MAP_FAILED else { throw .system(errno) }
        memory = UnsafeRawPointer(pointer)
    }

    /// Waits for the next request; nil when the parent has closed the channel.
    package func nextRequest() throws(DecoderChannel.Failure) -> RequestMessage? {
        do throws(DecoderChannel.Failure) {
            let body = try channel.receive(maximum: RequestMessage.maximumBytes, until: nil)
            do throws(MessageError) {
                return try RequestMessage(body: body, mappingBytes: hello.mappingBytes)
            } catch {
                throw .garbage(error.description)
            }
        } catch {
            if error == .closed { return nil }
            throw error
        }
    }

    /// The file of a request. The parent does not change it before it has the answer.
    package func file(of request: RequestMessage) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: memory.assumingMemoryBound(to: UInt8.self),
            count: min(request.fileBytes, hello.mappingBytes))
    }
}
