#include "fs/initrd/gzip.h"

#include <string.h>

#include "base/ref.h"
#include "fs/initrd/crc32.h"
#include "fs/initrd/inflate.h"

namespace martlet {
namespace {

constexpr usize kFixedHeaderSize = 10, kTrailerSize = 8;

/// The size of a member's header; 0 if it is damaged or does not end.
usize header_size(std::span<const u8> input) {
    constexpr u8 kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0, kDeflate = 8;
    if (input.size() < kFixedHeaderSize || input[0] != 0x1f || input[1] != 0x8b || input[2] != kDeflate) return 0;
    u8 flags = input[3];
    if (flags & kReserved) return 0;
    usize size = kFixedHeaderSize;
    if (flags & kExtra) {
        if (input.size() < size + 2) return 0;
        size += 2 + (input[size] | static_cast<usize>(input[size + 1]) << 8);
    }
    for (u8 text : {kName, kComment}) {
        if (!(flags & text)) continue;
        while (size < input.size() && input[size] != 0) ++size;
        ++size;
    }
    if (flags & kHeaderCrc) {
        if (size + 2 > input.size()) return 0;
        u32 stored = input[size] | static_cast<u32>(input[size + 1]) << 8;
        if (stored != (crc32(0, input.first(size)) & 0xffff)) return 0;
        size += 2;
    }
    return size <= input.size() ? size : 0;
}

class CheckingSink final : public DecompressSink {
public:
    explicit CheckingSink(DecompressSink& inner) : inner_(inner) {}
    Result<void> put(std::span<const u8> bytes) override {
        checksum = crc32(checksum, bytes);
        size += static_cast<u32>(bytes.size());
        return inner_.put(bytes);
    }
    u32 checksum = 0, size = 0;

private:
    DecompressSink& inner_;
};

} // namespace

Result<DecompressResult> decompress_gzip(std::span<const u8> input, DecompressSink& sink) {
    usize start = header_size(input);
    if (start == 0) return DecompressResult{.error = "bad gzip header", .consumed = 0};
    CheckingSink checking(sink);
    Own<Inflater> inflater(new (std::nothrow) Inflater(checking));
    if (!inflater) return Error(Errno::ENOMEM);
    switch (inflater->run(input.subspan(start))) {
    case Inflater::Status::Done: break;
    case Inflater::Status::Damaged: return DecompressResult{.error = "damaged compressed data", .consumed = 0};
    case Inflater::Status::Truncated:
        return DecompressResult{.error = "the compressed data is cut short", .consumed = 0};
    case Inflater::Status::SinkFailed:
        return DecompressResult{.error = "what was compressed cannot be unpacked", .consumed = 0};
    }
    usize end = start + inflater->consumed();
    if (input.size() - end < kTrailerSize)
        return DecompressResult{.error = "the compressed data is cut short", .consumed = 0};
    u32 trailer[2];
    memcpy(trailer, input.data() + end, sizeof trailer);
    if (trailer[0] != checking.checksum)
        return DecompressResult{.error = "wrong checksum of the compressed data", .consumed = 0};
    if (trailer[1] != checking.size)
        return DecompressResult{.error = "wrong size of the compressed data", .consumed = 0};
    return DecompressResult{.error = {}, .consumed = end + kTrailerSize};
}

} // namespace martlet
