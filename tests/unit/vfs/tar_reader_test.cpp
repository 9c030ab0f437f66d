#include "fs/initrd/tar_reader.h"

#include <string.h>

#include <random>

namespace martlet {
namespace {

/// Builds archives byte by byte.
class Archive {
public:
    Archive& entry(const std::string& name, char type, const std::string& body = "", const std::string& link = "", const std::string& prefix = "") {
        std::string header(512, '\0');
        auto put = [&](usize at, const std::string& text) { memcpy(header.data() + at, text.data(), text.size()); };
        char number[16];
        put(0, name.substr(0, 100));
        put(100, "0000644");
        put(108, "0000001");
        put(116, "0000002");
        snprintf(number, sizeof number, "%011zo", body.size());
        put(124, number);
        put(136, "00000000144");
        header[156] = type;
        put(157, link.substr(0, 100));
        put(257, std::string("ustar\0" "00", 8));
        put(345, prefix);
        seal(header);
        bytes += header + body + std::string((512 - body.size() % 512) % 512, '\0');
        return *this;
    }
    static void seal(std::string& header) {
        memset(header.data() + 148, ' ', 8);
        u32 sum = 0;
        for (char each : header) sum += static_cast<u8>(each);
        char number[16];
        snprintf(number, sizeof number, "%06o", sum);
        memcpy(header.data() + 148, number, 7);
    }
    Archive& end() {
        bytes += std::string(1024, '\0');
        return *this;
    }
    std::span<const u8> span() const { return {reinterpret_cast<const u8*>(bytes.data()), bytes.size()}; }
    std::string bytes;
};

std::string pax_record(const std::string& key, const std::string& value) {
    std::string rest = " " + key + "=" + value + "\n";
    usize size = rest.size() + 1;
    while (std::to_string(size).size() + rest.size() != size) ++size;
    return std::to_string(size) + rest;
}

} // namespace

TEST(TarReader, ReadsEveryKindOfEntry) {
    Archive archive;
    archive.entry("dir/", '5').entry("dir/file", '0', "body").entry("hard", '1', "", "/dir/file").entry("sym", '2', "", "../x").entry("fifo", '6').end();
    TarReader reader(archive.span());
    ArchiveEntry entry;
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.type, ArchiveEntryType::Directory);
    EXPECT_EQ(entry.path.view(), "dir");
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.type, ArchiveEntryType::Regular);
    EXPECT_EQ(std::string_view(archive.bytes).substr(entry.body_offset, entry.size), "body");
    EXPECT_EQ(entry.mode, 0644u);
    EXPECT_EQ(entry.user_id, 1u);
    EXPECT_EQ(entry.group_id, 2u);
    EXPECT_EQ(entry.modify_time, 100u);
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.type, ArchiveEntryType::HardLink);
    EXPECT_EQ(entry.link_target.view(), "dir/file");
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.link_target.view(), "../x");
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.type, ArchiveEntryType::Fifo);
    EXPECT_EQ(reader.next(entry), TarReader::Status::End);
}

TEST(TarReader, LongNamesComeFromPrefixGnuAndPax) {
    std::string long_name(300, 'n');
    Archive archive;
    archive.entry("leaf", '0', "", "", "some/prefix");
    archive.entry("././@LongLink", 'L', long_name + '\0').entry(long_name, '0', "x");
    archive.entry("pax", 'x', pax_record("path", long_name + "2") + pax_record("mtime", "77.5") + pax_record("comment", "any")).entry("short", '0', "y");
    archive.entry("././@LongLink", 'K', long_name + '\0').entry("link", '2', "", "cut").end();
    TarReader reader(archive.span());
    ArchiveEntry entry;
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.path.view(), "some/prefix/leaf");
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.path.view(), long_name);
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.path.view(), long_name + "2");
    EXPECT_EQ(entry.modify_time, 77u);
    ASSERT_EQ(reader.next(entry), TarReader::Status::Entry);
    EXPECT_EQ(entry.link_target.view(), long_name);
}

TEST(TarReader, NamesNeverLeaveTheRoot) {
    EXPECT_EQ(clean_archive_path("/a//b/../../c/.")->view(), "a/b/c");
    EXPECT_EQ(clean_archive_path("../../etc")->view(), "etc");
    EXPECT_EQ(clean_archive_path("./")->view(), "");
}

TEST(TarReader, SaysWhatIsDamaged) {
    auto error_of_archive = [](const std::string& bytes) {
        TarReader reader({reinterpret_cast<const u8*>(bytes.data()), bytes.size()});
        ArchiveEntry entry;
        TarReader::Status status;
        while ((status = reader.next(entry)) == TarReader::Status::Entry) {}
        return status == TarReader::Status::Damaged ? std::string(reader.error()) : std::string();
    };
    Archive good;
    good.entry("a", '0', "hello").end();
    EXPECT_EQ(error_of_archive(good.bytes), "");
    std::string flipped = good.bytes;
    flipped[3] ^= 1;
    EXPECT_NE(error_of_archive(flipped).find("checksum at byte 0"), std::string::npos);
    EXPECT_NE(error_of_archive(good.bytes.substr(0, 700)).find("truncated"), std::string::npos);
    EXPECT_NE(error_of_archive(good.bytes.substr(0, 300)).find("truncated header"), std::string::npos);
    EXPECT_NE(error_of_archive(good.bytes.substr(0, 1024)).find("end-of-archive"), std::string::npos);
    EXPECT_NE(error_of_archive("").find("end-of-archive"), std::string::npos);
    Archive huge;
    huge.entry("a", '0');
    huge.bytes.replace(124, 11, "77777777777");
    Archive::seal(huge.bytes);
    EXPECT_NE(error_of_archive(huge.bytes).find("past the archive"), std::string::npos);
    Archive strange;
    strange.entry("a", 'Q').end();
    EXPECT_NE(error_of_archive(strange.bytes).find("unknown entry type"), std::string::npos);
}

TEST(TarReader, SurvivesAnyBytes) {
    std::mt19937 random(3);
    Archive base;
    base.entry("pax", 'x', pax_record("path", "p") + pax_record("size", "4")).entry("f", '0', "abcd").entry("././@LongLink", 'L', "long").entry("g", '0', "q").end();
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = base.bytes;
        for (u32 change = random() % 8; change > 0; --change) bytes[random() % bytes.size()] = static_cast<char>(random());
        for (usize block = 0; block + 512 <= bytes.size(); block += 512) { // most checksums are right: deeper code is reached
            std::string header = bytes.substr(block, 512);
            if (random() % 4 && header.substr(257, 5) == "ustar") {
                Archive::seal(header);
                bytes.replace(block, 512, header);
            }
        }
        bytes.resize(random() % 8 ? bytes.size() : random() % bytes.size());
        std::vector<u8> exact(bytes.begin(), bytes.end()); // the sanitizer sees every byte past the end
        TarReader reader(exact);
        ArchiveEntry entry;
        for (int count = 0; count < 100 && reader.next(entry) == TarReader::Status::Entry; ++count)
            ASSERT_LE(entry.body_offset + entry.size, exact.size());
    }
}

} // namespace martlet
