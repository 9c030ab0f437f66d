// The bytes as a gzip file, and as data that has to come back from a file made of it.
#include "archive/deflate.h"
#include "archive/gzip_format.h"
#include "tool_stubs.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

struct Collector final : coreutils::ByteSink {
    std::string bytes;
    void put(std::string_view piece) override {
        if (bytes.size() < (1u << 20)) bytes.append(piece);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    {
        coreutils::Input input(input_of(text));
        coreutils::ByteSource source(input);
        Collector sink;
        coreutils::GzipSummary summary;
        coreutils::gunzip(source, sink, summary);
    }
    if (size == 0 || size > 4096) return 0;
    Collector packed, unpacked;
    coreutils::Deflater deflater(packed, 1 + data[0] % 9);
    deflater.put(text.substr(0, size / 2));
    deflater.put(text.substr(size / 2));
    deflater.finish();
    coreutils::Input input(input_of(packed.bytes));
    coreutils::ByteSource source(input);
    if (coreutils::Inflater().run(source, unpacked) != coreutils::InflateResult::done || unpacked.bytes != text) abort();
    return 0;
}
