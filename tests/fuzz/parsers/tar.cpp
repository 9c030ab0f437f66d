// The bytes as a tar archive; what an entry says must survive being written and read again.
#include "archive/tar_format.h"
#include "tool_stubs.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    coreutils::Input input(input_of({reinterpret_cast<const char*>(data), size}));
    coreutils::ByteSource source(input);
    coreutils::TarReader reader(source);
    coreutils::TarEntry entry;
    std::string names;
    while (reader.next(entry) == coreutils::TarResult::entry) {
        if (entry.name.find('\0') == std::string::npos && !entry.name.empty()) names = coreutils::tar_header(entry);
        for (int piece = 0; piece < 8 && !reader.read().empty(); ++piece) {}
    }
    if (names.empty()) return 0;
    coreutils::TarEntry again;
    coreutils::Input written(input_of(names));
    coreutils::ByteSource written_source(written);
    coreutils::TarReader second(written_source);
    if (second.next(again) == coreutils::TarResult::damaged) abort();
    return 0;
}
