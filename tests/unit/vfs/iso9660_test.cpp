// ISO 9660 over images in memory: what a small hand-made volume says, and that damage of any kind is an error or less to
// see, never a crash (the tests run under the sanitizers).
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "fs/iso9660/record.h"
#include "fs/iso9660/rock_ridge.h"

namespace martlet {
namespace {

class MemoryImage final : public IsoImage {
public:
    explicit MemoryImage(std::vector<u8> bytes) : bytes_(std::move(bytes)) {}
    u64 size() const override { return bytes_.size(); }
    Result<void> read(u64 offset, std::span<u8> bytes) override {
        if (offset > bytes_.size() || bytes.size() > bytes_.size() - offset) return Error(Errno::EIO);
        memcpy(bytes.data(), bytes_.data() + offset, bytes.size());
        return {};
    }
    std::vector<u8> bytes_;
};

void put_u32_both(std::vector<u8>& to, usize at, u32 value) {
    for (int index = 0; index < 4; ++index) {
        to[at + index] = static_cast<u8>(value >> (8 * index));
        to[at + 7 - index] = static_cast<u8>(value >> (8 * index));
    }
}

std::vector<u8> make_record(std::string name, u32 block, u32 size, u8 flags, std::vector<u8> system_use) {
    usize pad = name.size() % 2 == 0;
    std::vector<u8> record(33 + name.size() + pad + system_use.size());
    if (record.size() % 2) record.push_back(0);
    record[0] = static_cast<u8>(record.size());
    put_u32_both(record, 2, block);
    put_u32_both(record, 10, size);
    const u8 time[7] = {100, 2, 29, 12, 30, 15, 4}; // 2000-02-29 12:30:15, one hour east
    memcpy(&record[18], time, 7);
    record[25] = flags;
    record[32] = static_cast<u8>(name.size());
    memcpy(&record[33], name.data(), name.size());
    if (!system_use.empty()) memcpy(&record[33 + name.size() + pad], system_use.data(), system_use.size());
    return record;
}

void append(std::vector<u8>& to, std::initializer_list<int> bytes) {
    for (int byte : bytes) to.push_back(static_cast<u8>(byte));
}

/// 20 sectors: descriptors at 16 and 17, the root directory at 18, a continuation area at 19.
std::vector<u8> make_image() {
    std::vector<u8> image(20 * 2048);
    u8* primary = &image[16 * 2048];
    primary[0] = 1;
    memcpy(primary + 1, "CD001", 5);
    primary[129 - 1] = 0;
    primary[128] = 0;
    primary[129] = 8; // 2048
    auto root = make_record(std::string(1, '\0'), 18, 2048, IsoRecord::kDirectory, {});
    memcpy(primary + 156, root.data(), 34);
    image[17 * 2048] = 255;
    memcpy(&image[17 * 2048 + 1], "CD001", 5);
    std::vector<u8> sp;
    append(sp, {'S', 'P', 7, 1, 0xbe, 0xef, 0});
    std::vector<u8> fields;
    append(fields, {'N', 'M', 10, 1, 1, 'l', 'o', 'n', 'g', '-'}); // goes on
    append(fields, {'C', 'E', 28, 1});
    std::vector<u8> both(24);
    put_u32_both(both, 0, 19);
    put_u32_both(both, 8, 100);
    put_u32_both(both, 16, 21);
    fields.insert(fields.end(), both.begin(), both.end());
    std::vector<u8> area;
    append(area, {'N', 'M', 9, 1, 0, 'n', 'a', 'm', 'e'});
    append(area, {'S', 'L', 12, 1, 0, 4, 0, 0, 3, 'e', 'n', 'd'});
    memcpy(&image[19 * 2048 + 100], area.data(), area.size());
    usize at = 18 * 2048;
    for (auto& record : {make_record(std::string(1, '\0'), 18, 2048, IsoRecord::kDirectory, sp),
                         make_record(std::string(1, '\1'), 18, 2048, IsoRecord::kDirectory, {}),
                         make_record("LONG.;1", 19, 5, 0, fields)}) {
        memcpy(&image[at], record.data(), record.size());
        at += record.size();
    }
    return image;
}

/// Does what the file system does with a directory: every record, every field.
int walk(IsoImage& image) {
    auto volume = read_iso_volume(image, {});
    if (!volume) return -1;
    int count = 0;
    std::vector<u8> block(volume->block_size);
    auto fields = std::make_unique<RockRidge>();
    for (u64 start = 0; start < volume->root.size_bytes && start < 16 * 2048; start += volume->block_size) {
        if (!image.read(u64{volume->root.block} * volume->block_size + start, block)) break;
        for (usize inside = 0; inside < block.size() && block[inside] != 0;) {
            auto record = parse_iso_record(std::span(block).subspan(inside));
            if (!record) break;
            *fields = RockRidge();
            (void)read_rock_ridge(image, *volume, *record, *fields);
            char text[256];
            EXPECT_LE(decode_iso_name(record->name, IsoNames::Joliet, text), sizeof text);
            EXPECT_LE(decode_iso_name(record->name, IsoNames::Plain, text), sizeof text);
            EXPECT_LE(fields->name_size, kRockRidgeNameMax);
            EXPECT_LE(fields->link_size, kRockRidgeLinkMax);
            inside += record->length;
            ++count;
        }
    }
    return count;
}

} // namespace

TEST(Iso9660, ReadsNamesLinksAndTimesOverAContinuation) {
    MemoryImage image(make_image());
    auto volume = read_iso_volume(image, {});
    ASSERT_TRUE(volume);
    EXPECT_EQ(volume->names, IsoNames::RockRidge);
    EXPECT_EQ(volume->root.block, 18u);
    std::span<const u8> directory(&image.bytes_[18 * 2048], 2048);
    usize inside = 0;
    for (int skipped = 0; skipped < 2; ++skipped) inside += directory[inside];
    auto record = parse_iso_record(directory.subspan(inside));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->extent.size_bytes, 5u);
    EXPECT_EQ(record->seconds, 951823815); // 2000-02-29 11:30:15 UTC
    auto fields = std::make_unique<RockRidge>();
    ASSERT_TRUE(read_rock_ridge(image, *volume, *record, *fields));
    EXPECT_EQ(std::string(fields->name, fields->name_size), "long-name");
    EXPECT_EQ(std::string(fields->link, fields->link_size), "../end");
    char text[64];
    EXPECT_EQ(std::string(text, decode_iso_name(record->name, IsoNames::Plain, text)), "long");
    EXPECT_EQ(walk(image), 3);
}

TEST(Iso9660, RefusesWhatIsNoVolume) {
    MemoryImage empty({});
    EXPECT_FALSE(read_iso_volume(empty, {}));
    MemoryImage zeros(std::vector<u8>(64 * 2048));
    EXPECT_FALSE(read_iso_volume(zeros, {}));
    std::vector<u8> bytes = make_image();
    bytes[16 * 2048 + 128] = 3; // a block size that is no power of two
    MemoryImage odd(bytes);
    EXPECT_FALSE(read_iso_volume(odd, {}));
}

TEST(Iso9660, JolietNamesBecomeUtf8) {
    const u8 name[] = {0, 'a', 0x00, 0xfc, 0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00, 0, ';', 0, '1'};
    char text[32];
    EXPECT_EQ(std::string(text, decode_iso_name(name, IsoNames::Joliet, text)), "a\u00fc\u20ac\U0001f600");
    char small[4];
    EXPECT_EQ(decode_iso_name(name, IsoNames::Joliet, small), 0u);
}

TEST(Iso9660, SurvivesEveryChangedByte) {
    const std::vector<u8> good = make_image();
    for (usize at = 16 * 2048; at < good.size(); ++at) {
        if (good[at] == 0 && at % 2048 > 400 && at % 97 != 0) continue; // long runs of nothing: a sample
        for (u8 value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
            MemoryImage image(good);
            image.bytes_[at] = value;
            walk(image);
        }
    }
}

TEST(Iso9660, SurvivesRandomDamageAndTruncation) {
    const std::vector<u8> good = make_image();
    std::mt19937 random(20260101);
    for (int round = 0; round < 3000; ++round) {
        MemoryImage image(good);
        for (u32 changes = random() % 64; changes > 0; --changes) image.bytes_[16 * 2048 + random() % (4 * 2048)] = static_cast<u8>(random());
        if (round % 3 == 0) image.bytes_.resize(random() % good.size());
        walk(image);
    }
}

} // namespace martlet
