#include "archive/xz_format.h"

#include "archive/checksum.h"
#include "archive/lzma_decoder.h"
#include "archive/lzma_encoder.h"
#include "archive/xz_filters.h"
#include "lib/digest.h"

#include <optional>
#include <string.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr std::string_view kMagic("\xfd" "7zXZ\0", 6), kFooterMagic = "YZ";
constexpr uint64_t kLzma2 = 0x21, kDelta = 0x03, kX86 = 0x04;
constexpr size_t kMostFilters = 4;

size_t check_bytes(uint8_t check) {
    static constexpr uint8_t kSizes[16] = {0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64};
    return kSizes[check];
}

// Sums up what passes, in the way the stream's flags name; checks that are not known count as right.
class CheckSink final : public ByteSink {
public:
    CheckSink(ByteSink* next, uint8_t check) : next_(next), check_(check) {
        if (check == static_cast<uint8_t>(XzCheck::sha256)) sha256_.emplace(DigestKind::sha256);
    }
    void put(std::string_view bytes) override {
        size_ += bytes.size();
        if (check_ == static_cast<uint8_t>(XzCheck::crc32)) crc32_ = crc32(crc32_, bytes);
        if (check_ == static_cast<uint8_t>(XzCheck::crc64)) crc64_ = crc64(crc64_, bytes);
        if (sha256_) sha256_->update(bytes);
        if (next_) next_->put(bytes);
    }
    uint64_t size() const { return size_; }
    // The bytes of the check; nothing for one that is not known.
    std::optional<std::string> finish() {
        if (check_ == static_cast<uint8_t>(XzCheck::crc32))
            return std::string(reinterpret_cast<char*>(&crc32_), 4);
        if (check_ == static_cast<uint8_t>(XzCheck::crc64))
            return std::string(reinterpret_cast<char*>(&crc64_), 8);
        if (!sha256_) return check_ == 0 ? std::optional<std::string>("") : std::nullopt;
        std::string hexadecimal = sha256_->finish(), bytes;
        auto digit = [](char each) { return each <= '9' ? each - '0' : each - 'a' + 10; };
        for (size_t at = 0; at < hexadecimal.size(); at += 2)
            bytes.push_back(static_cast<char>(digit(hexadecimal[at]) << 4 | digit(hexadecimal[at + 1])));
        return bytes;
    }

private:
    ByteSink* next_;
    uint8_t check_;
    uint64_t size_ = 0, crc64_ = 0;
    uint32_t crc32_ = 0;
    std::optional<Digest> sha256_;
};

void append_number(std::string& text, uint64_t value) {
    for (; value >= 0x80; value >>= 7) text.push_back(static_cast<char>(value | 0x80));
    text.push_back(static_cast<char>(value));
}
// A number of seven bits a byte, at most nine bytes, without needless zeros.
bool take_number(std::string_view& text, uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 63 && !text.empty(); shift += 7) {
        auto byte = static_cast<uint8_t>(text[0]);
        text.remove_prefix(1);
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return byte != 0 || shift == 0;
    }
    return false;
}
void append32(std::string& text, uint32_t value) { text.append(reinterpret_cast<char*>(&value), 4); }

struct BlockRecord {
    uint64_t unpadded, size;
};

class StreamReader {
public:
    StreamReader(ByteSource& source, ByteSink& sink, XzSummary& summary)
        : source_(source), sink_(sink), summary_(summary) {}

    XzResult run() {
        char header[12];
        if (!source_.read(header, sizeof header)) return XzResult::truncated;
        if (memcmp(header, kMagic.data(), 6) != 0) return XzResult::not_xz;
        if (!crc_matches({header + 6, 2}, header + 8)) return XzResult::damaged;
        if (header[6] != 0 || (header[7] & 0xf0)) return XzResult::unsupported;
        check_ = static_cast<uint8_t>(header[7]);
        summary_.check = static_cast<XzCheck>(check_);
        for (;;) {
            int size = source_.get();
            if (size < 0) return XzResult::truncated;
            if (size == 0) break;
            XzResult result = block(static_cast<size_t>(size));
            if (result != XzResult::done) return result;
        }
        return index(header + 6);
    }

private:
    struct Filter {
        uint64_t id;
        std::string properties;
    };

    static bool crc_matches(std::string_view bytes, const char* stored) {
        uint32_t expected;
        memcpy(&expected, stored, 4);
        return crc32(0, bytes) == expected;
    }

    XzResult parse_header(std::string_view rest, std::vector<Filter>& filters,
                          std::optional<uint64_t>& packed, std::optional<uint64_t>& size) {
        auto flags = static_cast<uint8_t>(rest[0]);
        rest.remove_prefix(1);
        if (flags & 0x3c) return XzResult::unsupported;
        for (auto& [bit, value] : {std::pair(0x40, &packed), std::pair(0x80, &size)})
            if (flags & bit) {
                uint64_t number;
                if (!take_number(rest, number)) return XzResult::damaged;
                *value = number;
            }
        size_t count = (flags & 3) + 1u;
        static_assert(kMostFilters == 4);
        for (size_t index = 0; index < count; ++index) {
            Filter filter;
            uint64_t length;
            if (!take_number(rest, filter.id) || !take_number(rest, length) || length > rest.size())
                return XzResult::damaged;
            filter.properties = rest.substr(0, static_cast<size_t>(length));
            rest.remove_prefix(static_cast<size_t>(length));
            filters.push_back(std::move(filter));
        }
        if (rest.find_first_not_of('\0') != std::string_view::npos) return XzResult::unsupported;
        return XzResult::done;
    }

    XzResult block(size_t size_byte) {
        uint64_t start = source_.position() - 1;
        std::string header(1, static_cast<char>(size_byte));
        header.resize((size_byte + 1) * 4);
        if (!source_.read(header.data() + 1, header.size() - 1)) return XzResult::truncated;
        size_t end = header.size() - 4;
        if (!crc_matches({header.data(), end}, header.data() + end)) return XzResult::damaged;
        std::vector<Filter> filters;
        std::optional<uint64_t> packed, size;
        XzResult result = parse_header(std::string_view(header).substr(1, end - 1), filters, packed, size);
        if (result != XzResult::done) return result;
        if (filters.back().id != kLzma2 || filters.back().properties.size() != 1)
            return XzResult::unsupported;
        auto bits = static_cast<uint8_t>(filters.back().properties[0]);
        if (bits > 40) return XzResult::unsupported;
        uint64_t dictionary =
            bits == 40 ? UINT32_MAX : static_cast<uint64_t>(2 | (bits & 1)) << (bits / 2 + 11);
        uint64_t contents = source_.position();
        CheckSink check(&sink_, check_);
        result = unpack(filters, check, dictionary);
        if (result != XzResult::done) return result;
        uint64_t used = source_.position() - contents;
        if ((packed && *packed != used) || (size && *size != check.size())) return XzResult::damaged;
        uint64_t unpadded = source_.position() - start;
        for (; (source_.position() - start) % 4 != 0;) {
            int byte = source_.get();
            if (byte != 0) return byte < 0 ? XzResult::truncated : XzResult::damaged;
        }
        std::string stored(check_bytes(check_), '\0');
        if (!source_.read(stored.data(), stored.size())) return XzResult::truncated;
        if (auto computed = check.finish(); computed && *computed != stored) return XzResult::bad_check;
        records_.push_back({unpadded + stored.size(), check.size()});
        ++summary_.blocks;
        summary_.size += check.size();
        return XzResult::done;
    }

    // Undoes the filters from the last, LZMA2, to the first.
    XzResult unpack(const std::vector<Filter>& filters, ByteSink& target, uint64_t dictionary) {
        std::vector<std::unique_ptr<DeltaSink>> deltas;
        std::vector<std::unique_ptr<X86Sink>> branches;
        ByteSink* next = &target;
        for (size_t index = 0; index + 1 < filters.size(); ++index) {
            const Filter& filter = filters[index];
            if (filter.id == kDelta && filter.properties.size() == 1) {
                deltas.push_back(
                    std::make_unique<DeltaSink>(*next, static_cast<uint8_t>(filter.properties[0]) + 1u));
                next = deltas.back().get();
            } else if (filter.id == kX86 && (filter.properties.empty() || filter.properties.size() == 4)) {
                uint32_t start = 0;
                memcpy(&start, filter.properties.data(), filter.properties.size());
                branches.push_back(std::make_unique<X86Sink>(*next, start));
                next = branches.back().get();
            } else {
                return XzResult::unsupported;
            }
        }
        switch (lzma::Decoder().run_lzma2(source_, *next, dictionary)) {
        case lzma::Result::done: break;
        case lzma::Result::damaged: return XzResult::damaged;
        case lzma::Result::truncated: return XzResult::truncated;
        case lzma::Result::no_memory: return XzResult::no_memory;
        }
        for (size_t index = branches.size(); index-- > 0;) branches[index]->finish();
        return XzResult::done;
    }

    // The index must name the blocks that were read, and the footer the index.
    XzResult index(const char* flags) {
        std::string expected(1, '\0');
        append_number(expected, records_.size());
        for (const BlockRecord& record : records_) {
            append_number(expected, record.unpadded);
            append_number(expected, record.size);
        }
        while (expected.size() % 4 != 0) expected.push_back('\0');
        append32(expected, crc32(0, expected));
        std::string stored(expected.size(), '\0');
        if (!source_.read(stored.data() + 1, stored.size() - 1)) return XzResult::truncated;
        if (stored != expected) return XzResult::damaged;
        char footer[12];
        if (!source_.read(footer, sizeof footer)) return XzResult::truncated;
        uint32_t backward;
        memcpy(&backward, footer + 4, 4);
        if (memcmp(footer + 10, kFooterMagic.data(), 2) != 0 || !crc_matches({footer + 4, 6}, footer) ||
            memcmp(footer + 8, flags, 2) != 0 || (static_cast<uint64_t>(backward) + 1) * 4 != expected.size())
            return XzResult::damaged;
        ++summary_.streams;
        return XzResult::done;
    }

    ByteSource& source_;
    ByteSink& sink_;
    XzSummary& summary_;
    uint8_t check_ = 0;
    std::vector<BlockRecord> records_;
};

class CountingSink final : public ByteSink {
public:
    explicit CountingSink(ByteSink& next) : next_(next) {}
    void put(std::string_view bytes) override {
        size_ += bytes.size();
        next_.put(bytes);
    }
    uint64_t size() const { return size_; }

private:
    ByteSink& next_;
    uint64_t size_ = 0;
};

} // namespace

const char* describe(XzResult result) {
    switch (result) {
    case XzResult::not_xz: return "File format not recognized";
    case XzResult::truncated: return "Unexpected end of input";
    case XzResult::unsupported: return "Unsupported options";
    case XzResult::no_memory: return "Memory usage limit reached";
    case XzResult::bad_check:
    case XzResult::damaged: return "Compressed data is corrupt";
    case XzResult::trailing: return "trailing garbage";
    case XzResult::done: break;
    }
    return "";
}

XzResult unxz(ByteSource& source, ByteSink& sink, XzStreams streams, XzSummary& summary) {
    for (;;) {
        XzResult result = StreamReader(source, sink, summary).run();
        if (result != XzResult::done)
            return summary.streams > 0 && result == XzResult::not_xz ? XzResult::damaged : result;
        if (streams == XzStreams::single) break;
        // Zeros in fours may stand between streams and at the end.
        size_t zeros = 0;
        while (!source.peek().empty() && source.peek()[0] == '\0') {
            source.take(1);
            ++zeros;
        }
        summary.padding += zeros;
        if (zeros % 4 != 0) return XzResult::damaged;
        if (source.peek().empty()) break;
    }
    summary.packed = source.position();
    return XzResult::done;
}

XzResult unlzma(ByteSource& source, ByteSink& sink) {
    switch (lzma::Decoder().run_alone(source, sink)) {
    case lzma::Result::done: return source.peek().empty() ? XzResult::done : XzResult::damaged;
    case lzma::Result::truncated: return XzResult::truncated;
    case lzma::Result::no_memory: return XzResult::no_memory;
    case lzma::Result::damaged: break;
    }
    return XzResult::damaged;
}

bool xz(Input& input, ByteSink& sink, int preset, XzCheck check) {
    lzma::Level level = lzma::level_of(preset);
    std::string flags{'\0', static_cast<char>(check)}, text(kMagic);
    text += flags;
    append32(text, crc32(0, flags));
    uint8_t bits = 0;
    while (static_cast<uint64_t>(2 | (bits & 1)) << (bits / 2 + 11) < level.dictionary_bytes) ++bits;
    std::string header{2, 0, static_cast<char>(kLzma2), 1, static_cast<char>(bits), 0, 0, 0};
    append32(header, crc32(0, header));
    sink.put(text);
    CountingSink counted(sink);
    CheckSink sum(nullptr, static_cast<uint8_t>(check));
    std::string_view block = input.next_block();
    std::string index(1, '\0');
    if (!block.empty()) {
        counted.put(header);
        lzma::Encoder encoder(counted, level, lzma::Encoder::Form::lzma2);
        for (; !block.empty(); block = input.next_block()) {
            sum.put(block);
            encoder.put(block);
        }
        encoder.finish();
        uint64_t padding = (4 - counted.size() % 4) % 4, unpadded = counted.size();
        sink.put(std::string(static_cast<size_t>(padding), '\0'));
        std::string stored = *sum.finish();
        sink.put(stored);
        append_number(index, 1);
        append_number(index, unpadded + stored.size());
        append_number(index, sum.size());
    } else {
        append_number(index, 0);
    }
    if (input.error()) return false;
    while (index.size() % 4 != 0) index.push_back('\0');
    append32(index, crc32(0, index));
    sink.put(index);
    std::string footer;
    append32(footer, static_cast<uint32_t>(index.size() / 4 - 1));
    footer += flags;
    std::string sealed;
    append32(sealed, crc32(0, footer));
    sink.put(sealed + footer + std::string(kFooterMagic));
    return true;
}

bool lzma_alone(Input& input, ByteSink& sink, int preset) {
    lzma::Encoder encoder(sink, lzma::level_of(preset), lzma::Encoder::Form::alone);
    for (std::string_view block; !(block = input.next_block()).empty();) encoder.put(block);
    encoder.finish();
    return input.error() == 0;
}

} // namespace coreutils
