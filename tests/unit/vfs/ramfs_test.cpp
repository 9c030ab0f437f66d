#include "vfs_fixture.h"

#include <random>

namespace martlet {

using RamfsTest = VfsTest;

TEST_F(RamfsTest, FilesAgreeWithAModelUnderRandomWritesAndTruncations) {
    std::mt19937 random(5);
    auto file = open("f", kOpenCreate | kOpenReadWrite);
    ASSERT_TRUE(file);
    std::string model;
    for (int step = 0; step < 3000; ++step) {
        u64 offset = random() % 40000;
        switch (random() % 4) {
        case 0: {
            std::string text(random() % 9000, static_cast<char>('a' + step % 26));
            ASSERT_EQ(*write(**file, text, offset), text.size());
            if (!text.empty()) {
                if (model.size() < offset + text.size()) model.resize(offset + text.size());
                model.replace(offset, text.size(), text);
            }
            break;
        }
        case 1:
            ASSERT_TRUE(change_size(*(*file)->inode(), offset));
            model.resize(offset);
            break;
        case 2: {
            u64 size = random() % 9000 + 1;
            MutexGuard guard((*file)->inode()->attribute_lock);
            ASSERT_TRUE((*file)->inode()->allocate(3, offset, size)); // punch a hole, keep the size
            for (u64 index = offset; index < offset + size && index < model.size(); ++index) model[index] = '\0';
            break;
        }
        default: ASSERT_EQ(read_all(**file), model) << step;
        }
        ASSERT_EQ((*file)->inode()->attributes.size, model.size());
    }
}

TEST_F(RamfsTest, HolesTakeNoPagesAndReadAsZeros) {
    auto file = open("f", kOpenCreate | kOpenReadWrite);
    EXPECT_OK(write(**file, "x", 1 << 20));
    Inode& inode = *(*file)->inode();
    EXPECT_OK(inode.refresh_attributes());
    EXPECT_EQ(inode.attributes.blocks_512, 8u);
    EXPECT_EQ(inode.next_data(0), 1u << 20);
    EXPECT_EQ(inode.next_hole(1 << 20), (1u << 20) + 1);
}

TEST_F(RamfsTest, MappedPagesAreTheFilesBytes) {
    auto file = open("f", kOpenCreate | kOpenReadWrite);
    EXPECT_OK(write(**file, "abc", 0));
    auto object = (*file)->mapping_object();
    ASSERT_TRUE(object);
    auto frame = (*object)->get_page(0, PageAccess::Write);
    ASSERT_TRUE(frame);
    auto* bytes = static_cast<char*>((*frame)->data());
    bytes[1] = 'X';
    bytes[3] = 'T'; // behind the end: must not appear when the file grows
    EXPECT_EQ(read_all(**file), "aXc");
    EXPECT_OK(change_size(*(*file)->inode(), 5));
    EXPECT_EQ(read_all(**file), std::string("aXc\0\0", 5));
    (*frame)->release();
    EXPECT_ERROR((*object)->get_page(1, PageAccess::Read), ENXIO);
}

TEST_F(RamfsTest, LimitsAnswerNoSpaceAndLoseNothing) {
    InodeAttributes root;
    root.mode = kModeDirectory | 0755;
    auto block = RamSuperBlock::create<RamSuperBlock>(1, RamLimits{.pages = 3, .inodes = 3}, root);
    auto mount = Mount::create(*block, nullptr, "small", 0);
    Path start(*mount, Ref<Dentry>((*mount)->root()));
    auto file = open_file({start, "f"}, {kOpenCreate | kOpenReadWrite, 0644, 0});
    ASSERT_TRUE(file);
    std::string text(4 * kPageSize, 'z');
    EXPECT_EQ(*write(**file, text, 0), 3 * kPageSize); // a short count first
    EXPECT_ERROR(write(**file, "more", 3 * kPageSize), ENOSPC);
    EXPECT_EQ(read_all(**file), text.substr(0, 3 * kPageSize));
    EXPECT_OK(make_directory({start, "d"}, 0755));
    EXPECT_ERROR(make_directory({start, "e"}, 0755), ENOSPC);
    EXPECT_OK(change_size(*(*file)->inode(), 0));
    EXPECT_OK(write(**file, "again", 0));
}

TEST_F(RamfsTest, ListingGoesOnWhereItStoppedWhateverChanges) {
    EXPECT_OK(make_directory(at("d"), 0755));
    for (int index = 0; index < 500; ++index) EXPECT_OK(touch("d/" + std::to_string(index)));
    Inode& directory = *walk("d")->dentry().inode();
    std::map<std::string, int> seen;
    u64 offset = 0;
    for (int round = 0;; ++round) {
        NameSink sink(7);
        sink.offset = offset;
        EXPECT_OK(directory.read_directory(offset, sink));
        if (sink.names.empty()) break;
        for (auto& name : sink.names) ++seen[name];
        offset = sink.offset;
        EXPECT_OK(remove_name(at("d/" + sink.names.front()))); // what was listed goes
        EXPECT_OK(touch("d/new" + std::to_string(round)));     // something else comes
        if (round > 200) break;
    }
    for (int index = 0; index < 500; ++index) EXPECT_EQ(seen[std::to_string(index)], 1) << index;
}

TEST_F(RamfsTest, LinkCountsFollowDirectories) {
    EXPECT_OK(make_directory(at("a"), 0755));
    EXPECT_OK(make_directory(at("b"), 0755));
    EXPECT_OK(make_directory(at("a/x"), 0755));
    EXPECT_OK(touch("b/f"));
    EXPECT_EQ(attributes("a").link_count, 3u);
    EXPECT_OK(rename_entry(at("a/x"), at("b/f"), kRenameExchange));
    EXPECT_EQ(attributes("a").link_count, 2u);
    EXPECT_EQ(attributes("b").link_count, 3u);
    EXPECT_OK(rename_entry(at("b/f"), at("a/y"), 0));
    EXPECT_EQ(attributes("a").link_count, 3u);
    EXPECT_EQ(attributes("b").link_count, 2u);
    EXPECT_OK(make_link(*walk("a/x"), at("b/hard")));
    EXPECT_EQ(attributes("b/hard").link_count, 2u);
}

TEST_F(RamfsTest, AnUnlinkedFileLivesUntilItIsClosed) {
    auto file = open("f", kOpenCreate | kOpenReadWrite);
    EXPECT_OK(write(**file, "kept", 0));
    EXPECT_OK(remove_name(at("f")));
    EXPECT_ERROR(walk("f"), ENOENT);
    EXPECT_EQ(read_all(**file), "kept");
    EXPECT_EQ((*file)->inode()->attributes.link_count, 0u);
    EXPECT_ERROR(make_link((*file)->path(), at("back")), ENOENT);
}

TEST_F(RamfsTest, DeepTreesAreFreedWithoutRecursion) {
    Path here = test_caller().root;
    for (int depth = 0; depth < 20000; ++depth) {
        EXPECT_OK(make_directory({here, "d"}, 0755));
        here = *walk_path(here, "d", 0);
    }
}

TEST_F(RamfsTest, RunningProgramsAndWritersExcludeEachOther) {
    EXPECT_OK(touch("prog", 0755));
    {
        auto program = open_executable(at("prog"), kWalkFollow);
        ASSERT_TRUE(program);
        EXPECT_ERROR(open("prog", kOpenWriteOnly), ETXTBSY);
    }
    auto writer = open("prog", kOpenWriteOnly);
    ASSERT_TRUE(writer);
    EXPECT_ERROR(open_executable(at("prog"), kWalkFollow), ETXTBSY);
}

TEST_F(RamfsTest, TheFileSizeLimitCutsAndSignals) {
    auto file = open("f", kOpenCreate | kOpenReadWrite);
    test_caller().file_size_limit = 10;
    EXPECT_EQ(*write(**file, "1234567890ab", 0), 10u);
    EXPECT_ERROR(write(**file, "x", 10), EFBIG);
    EXPECT_EQ(test_caller().file_size_signals, 1u);
}

} // namespace martlet
