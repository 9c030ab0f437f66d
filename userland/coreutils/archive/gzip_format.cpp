#include "archive/gzip_format.h"

#include "archive/checksum.h"
#include "archive/deflate.h"

namespace coreutils {
namespace {

enum : unsigned char { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0 };

class CountingSink final : public ByteSink {
public:
    explicit CountingSink(ByteSink& next) : next_(next) {}
    void put(std::string_view bytes) override {
        crc = crc32(crc, bytes);
        count += bytes.size();
        next_.put(bytes);
    }
    uint32_t crc = 0;
    uint64_t count = 0;

private:
    ByteSink& next_;
};

bool skip_text(ByteSource& source, std::string* text) {
    for (;;) {
        int byte = source.get();
        if (byte < 0) return false;
        if (byte == 0) return true;
        if (text) text->push_back(static_cast<char>(byte));
    }
}

bool read_u32(ByteSource& source, uint32_t& value) {
    unsigned char bytes[4];
    if (!source.read(bytes, 4)) return false;
    value = static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
            static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
    return true;
}

// Behind the two magic bytes.
GzipResult read_header(ByteSource& source, GzipHeader& header) {
    unsigned char fixed[2];
    uint32_t time;
    if (!source.read(fixed, 2)) return GzipResult::truncated;
    if (fixed[0] != 8 || (fixed[1] & kReserved)) return GzipResult::damaged;
    if (!read_u32(source, time) || !source.skip(2)) return GzipResult::truncated;
    header.time = time;
    unsigned char flags = fixed[1];
    if (flags & kExtra) {
        unsigned char size[2];
        if (!source.read(size, 2) || !source.skip(static_cast<uint64_t>(size[0] | size[1] << 8)))
            return GzipResult::truncated;
    }
    if ((flags & kName) && !skip_text(source, &header.name)) return GzipResult::truncated;
    if ((flags & kComment) && !skip_text(source, nullptr)) return GzipResult::truncated;
    if ((flags & kHeaderCrc) && !source.skip(2)) return GzipResult::truncated;
    return GzipResult::done;
}

} // namespace

GzipResult gunzip(ByteSource& source, ByteSink& sink, GzipSummary& summary) {
    Inflater inflater;
    for (bool first = true;; first = false) {
        int magic[2] = {source.get(), -1};
        while (!first && magic[0] == 0) magic[0] = source.get(); // padding
        if (magic[0] >= 0) magic[1] = source.get();
        if (!first && magic[0] < 0) return GzipResult::done;
        if (magic[0] != 0x1f || magic[1] != 0x8b) {
            if (first) return magic[1] < 0 ? GzipResult::truncated : GzipResult::not_gzip;
            summary.trailing = true;
            const char begin[] = {static_cast<char>(magic[0]), static_cast<char>(magic[1])};
            source.put_back({begin, magic[1] < 0 ? 1u : 2u});
            return GzipResult::done;
        }
        GzipHeader header;
        uint64_t start = source.position() - 2;
        GzipResult result = read_header(source, header);
        if (result != GzipResult::done) return result;
        summary.overhead += source.position() - start + 8;
        if (first) summary.header = header;
        CountingSink counter(sink);
        InflateResult inflated = inflater.run(source, counter);
        summary.bytes += counter.count;
        if (inflated != InflateResult::done)
            return inflated == InflateResult::truncated ? GzipResult::truncated : GzipResult::damaged;
        uint32_t crc, length;
        if (!read_u32(source, crc) || !read_u32(source, length)) return GzipResult::truncated;
        if (crc != counter.crc) return GzipResult::bad_crc;
        if (length != static_cast<uint32_t>(counter.count)) return GzipResult::bad_length;
    }
}

const char* describe(GzipResult result) {
    switch (result) {
    case GzipResult::done:
        return "";
    case GzipResult::not_gzip:
        return "not in gzip format";
    case GzipResult::damaged:
        return "invalid compressed data--format violated";
    case GzipResult::truncated:
        return "unexpected end of file";
    case GzipResult::bad_crc:
        return "invalid compressed data--crc error";
    case GzipResult::bad_length:
        return "invalid compressed data--length error";
    }
    __builtin_unreachable();
}

bool gzip(Input& input, ByteSink& sink, const GzipHeader& header, int level, uint64_t& bytes) {
    std::string head = {'\x1f', '\x8b', 8, static_cast<char>(header.name.empty() ? 0 : kName)};
    for (int shift = 0; shift < 32; shift += 8) head.push_back(static_cast<char>(header.time >> shift));
    head.push_back(level == 9 ? 2 : level == 1 ? 4 : 0);
    head.push_back(3); // Unix
    if (!header.name.empty()) head.append(header.name.c_str(), header.name.size() + 1);
    sink.put(head);
    Deflater deflater(sink, level);
    uint32_t crc = 0;
    bytes = 0;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        crc = crc32(crc, block);
        bytes += block.size();
        deflater.put(block);
    }
    if (input.error()) return false;
    deflater.finish();
    std::string tail;
    for (int shift = 0; shift < 32; shift += 8) tail.push_back(static_cast<char>(crc >> shift));
    for (int shift = 0; shift < 32; shift += 8) tail.push_back(static_cast<char>(bytes >> shift));
    sink.put(tail);
    return true;
}

} // namespace coreutils
