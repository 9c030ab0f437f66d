// ELF: class, byte order, type, machine and how it is linked (elf(5)).
#include "system/file_type.h"

#include <elf.h>
#include <span>
#include <stdio.h>

namespace coreutils::file {
namespace {

struct Named {
    unsigned value;
    const char* name;
};
// The numbers are those of the ELF registry: elf.h need not know every machine.
constexpr Named kMachines[] = {
    {2, "SPARC"}, {3, "Intel 80386"}, {4, "Motorola m68k, 68020"}, {8, "MIPS"}, {20, "PowerPC or cisco 4500"},
    {21, "64-bit PowerPC or cisco 7500"}, {22, "IBM S/390"}, {40, "ARM"}, {43, "SPARC V9"}, {50, "IA-64"},
    {62, "x86-64"}, {183, "ARM aarch64"}, {243, "UCB RISC-V"}, {247, "eBPF"}, {258, "LoongArch"},
};
constexpr Named kSystems[] = {
    {0, "SYSV"},    {1, "HP-UX"},    {2, "NetBSD"}, {3, "GNU/Linux"},  {6, "Solaris"},
    {9, "FreeBSD"}, {12, "OpenBSD"}, {97, "ARM"},   {255, "embedded"},
};

const char* name_of(std::span<const Named> table, unsigned value) {
    for (const Named& each : table)
        if (each.value == value) return each.name;
    return nullptr;
}

// What program and section headers tell.
struct Linkage {
    bool dynamic = false, pie = false, symbols = false, debug = false;
    std::string interpreter, notes, command; // notes: in the order of the file
};

// One file in its own class and byte order.
class Elf {
public:
    explicit Elf(const Contents& contents)
        : contents_(contents), wide_(contents.head()[EI_CLASS] == ELFCLASS64),
          big_(contents.head()[EI_DATA] == ELFDATA2MSB) {}

    Type describe();

private:
    uint64_t number(uint64_t offset, unsigned width) const { return contents_.number(offset, width, big_); }
    // A number that is as wide as an address, at the place that it has in each class.
    uint64_t word(uint64_t base, unsigned narrow, unsigned wide) const {
        return wide_ ? number(base + wide, 8) : number(base + narrow, 4);
    }
    void read_segments();
    void read_sections();
    void read_notes(uint64_t offset, uint64_t size);
    void read_dynamic(uint64_t offset, uint64_t size);
    void read_note(std::string_view owner, uint64_t kind, uint64_t offset, uint64_t size);

    const Contents& contents_;
    bool wide_, big_;
    Linkage linkage_;
};

constexpr unsigned kMostHeaders = 2048, kMostNotes = 64, kNoteAbiTag = 1;

void Elf::read_note(std::string_view owner, uint64_t kind, uint64_t offset, uint64_t size) {
    if (owner == "GNU" && kind == NT_GNU_BUILD_ID && size <= 64 && !linkage_.notes.contains("BuildID")) {
        linkage_.notes += ", BuildID[";
        linkage_.notes += size == 20   ? "sha1]="
                          : size == 16 ? "md5/uuid]="
                          : size == 8  ? "xxHash]="
                                       : "unknown]=";
        for (unsigned char byte : contents_.read(offset, size)) {
            char digits[3];
            snprintf(digits, sizeof digits, "%02x", byte);
            linkage_.notes += digits;
        }
    }
    if (owner == "GNU" && kind == kNoteAbiTag && size >= 16 && number(offset, 4) == 0 &&
        !linkage_.notes.contains(", for ")) {
        linkage_.notes += ", for GNU/Linux " + std::to_string(number(offset + 4, 4)) + "." +
                          std::to_string(number(offset + 8, 4)) + "." +
                          std::to_string(number(offset + 12, 4));
    }
    if (owner == "CORE" && kind == NT_PRPSINFO) {
        linkage_.command = contents_.text(offset + (wide_ ? 56 : 44), 80);
        while (linkage_.command.ends_with(' ')) linkage_.command.pop_back();
    }
}

void Elf::read_notes(uint64_t offset, uint64_t size) {
    uint64_t end = offset + std::min<uint64_t>(size, 1 << 20);
    for (unsigned count = 0; count < kMostNotes && offset + 12 <= end; ++count) {
        uint64_t name_size = number(offset, 4), note_size = number(offset + 4, 4),
                 kind = number(offset + 8, 4);
        uint64_t note = offset + 12 + (name_size + 3) / 4 * 4;
        read_note(contents_.text(offset + 12, std::min<uint64_t>(name_size, 16)), kind, note, note_size);
        offset = note + (note_size + 3) / 4 * 4;
    }
}

void Elf::read_dynamic(uint64_t offset, uint64_t size) {
    uint64_t entry = wide_ ? 16 : 8;
    for (uint64_t at = 0; at + entry <= size && at < entry * kMostHeaders; at += entry) {
        uint64_t tag = word(offset + at, 0, 0);
        if (tag == DT_NULL) return;
        if (tag == DT_FLAGS_1) linkage_.pie = word(offset + at, 4, 8) & DF_1_PIE;
    }
}

void Elf::read_segments() {
    uint64_t table = word(0, 28, 32), size = number(wide_ ? 54 : 42, 2), count = number(wide_ ? 56 : 44, 2);
    if (size < (wide_ ? 56 : 32)) return;
    for (uint64_t index = 0; index < count && index < kMostHeaders; ++index) {
        uint64_t header = table + index * size, offset = word(header, 4, 8), bytes = word(header, 16, 32);
        switch (number(header, 4)) {
        case PT_DYNAMIC:
            linkage_.dynamic = true;
            read_dynamic(offset, bytes);
            break;
        case PT_INTERP: linkage_.interpreter = contents_.text(offset, std::min<uint64_t>(bytes, 256)); break;
        case PT_NOTE: read_notes(offset, bytes); break;
        default: break;
        }
    }
}

void Elf::read_sections() {
    uint64_t table = word(0, 32, 40), size = number(wide_ ? 58 : 46, 2), count = number(wide_ ? 60 : 48, 2);
    if (size < (wide_ ? 64 : 40)) return;
    uint64_t names = word(table + number(wide_ ? 62 : 50, 2) * size, 16, 24);
    for (uint64_t index = 0; index < count && index < kMostHeaders; ++index) {
        uint64_t header = table + index * size, kind = number(header + 4, 4);
        if (kind == SHT_SYMTAB) linkage_.symbols = true;
        if (kind == SHT_NOTE) read_notes(word(header, 16, 24), word(header, 20, 32));
        if (contents_.text(names + number(header, 4), 16) == ".debug_info") linkage_.debug = true;
    }
}

Type Elf::describe() {
    uint64_t kind = number(16, 2);
    read_segments();
    uint64_t sections = number(wide_ ? 60 : 48, 2);
    if (kind != ET_CORE) read_sections();
    const char *name = "unknown", *mime = "application/octet-stream";
    switch (kind) {
    case ET_NONE: name = "no file type"; break;
    case ET_REL: name = "relocatable", mime = "application/x-object"; break;
    case ET_EXEC: name = "executable", mime = "application/x-executable"; break;
    case ET_DYN:
        name = linkage_.pie ? "pie executable" : "shared object";
        mime = linkage_.pie ? "application/x-pie-executable" : "application/x-sharedlib";
        break;
    case ET_CORE: name = "core file", mime = "application/x-coredump"; break;
    default: break;
    }
    std::string text =
        std::string("ELF ") + (wide_ ? "64" : "32") + "-bit " + (big_ ? "MSB " : "LSB ") + name;
    auto machine = static_cast<unsigned>(number(18, 2));
    unsigned system = static_cast<unsigned char>(contents_.head()[EI_OSABI]);
    const char *machine_name = name_of(kMachines, machine), *system_name = name_of(kSystems, system);
    text += ", " + (machine_name ? machine_name : "*unknown arch 0x" + std::to_string(machine) + "*");
    text += ", version " + std::to_string(number(20, 4));
    if (system_name) text += std::string(" (") + system_name + ")";
    if (kind == ET_CORE) {
        text += ", SVR4-style";
        if (!linkage_.command.empty()) text += ", from '" + linkage_.command + "'";
        return {text, mime};
    }
    if (kind == ET_EXEC || kind == ET_DYN)
        text += linkage_.interpreter.empty() && linkage_.pie ? ", static-pie linked"
                : linkage_.dynamic                           ? ", dynamically linked"
                                                             : ", statically linked";
    if (!linkage_.interpreter.empty()) text += ", interpreter " + linkage_.interpreter;
    text += linkage_.notes;
    if (linkage_.debug) text += ", with debug_info";
    text += sections == 0 ? ", no section header" : linkage_.symbols ? ", not stripped" : ", stripped";
    return {text, mime};
}

} // namespace

std::optional<Type> identify_elf(const Contents& contents) {
    std::string_view head = contents.head();
    if (!head.starts_with("\177ELF") || head.size() < 52) return {};
    if (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64) return Type{"ELF unknown class"};
    if (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB) return Type{"ELF unknown byte order"};
    return Elf(contents).describe();
}

} // namespace coreutils::file
