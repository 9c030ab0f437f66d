#include "fs/pipe/pipe.h"
#include "vfs_fixture.h"

namespace martlet {

class PipeTest : public VfsTest {
protected:
    void SetUp() override {
        ASSERT_TRUE(create_pipe(0)); // the hidden file system is made once and stays
        VfsTest::SetUp();
        auto ends = create_pipe(kOpenNonBlock);
        ASSERT_TRUE(ends);
        ends_ = *std::move(ends);
    }
    void TearDown() override {
        ends_ = {};
        VfsTest::TearDown();
    }
    Result<usize> put(std::string_view text) { return write(*ends_.writer, text, 0); }
    Result<std::string> get(usize size) {
        std::string text(size, '\0');
        IoCursor cursor = IoCursor::kernel(text.data(), size);
        text.resize(TRY(ends_.reader->read(cursor, 0)));
        return text;
    }
    PipeEnds ends_;
};

TEST_F(PipeTest, BytesComeOutInOrderAcrossPages) {
    std::string sent, received;
    for (int round = 0; round < 300; ++round) {
        std::string piece(static_cast<usize>(round * 7 % 3000), static_cast<char>('a' + round % 26));
        sent += piece.substr(0, put(piece).value_or(0));
        received += get(static_cast<usize>(round * 11 % 3500 + 1)).value_or("");
    }
    for (auto rest = get(100000); rest; rest = get(100000)) received += *rest;
    EXPECT_EQ(received, sent);
    EXPECT_ERROR(get(1), EAGAIN);
}

TEST_F(PipeTest, SmallWritesAreAllOrNothing) {
    std::string page(kPageSize, 'x');
    for (int count = 0; count < 16; ++count) EXPECT_EQ(*put(page), kPageSize);
    EXPECT_ERROR(put("y"), EAGAIN);
    EXPECT_EQ(get(100)->size(), 100u);
    EXPECT_ERROR(put("y"), EAGAIN); // the page is still in use
    EXPECT_EQ(get(kPageSize - 100)->size(), kPageSize - 100);
    EXPECT_EQ(*put("y"), 1u);
    EXPECT_ERROR(put(page), EAGAIN);                     // 4095 bytes of room: not atomic
    EXPECT_EQ(*put(std::string(5000, 'z')), kPageSize - 1); // a large write may be cut
}

TEST_F(PipeTest, TheEndsSeeEachOtherGo) {
    EXPECT_OK(put("last"));
    EXPECT_EQ(ends_.reader->poll(nullptr), kPollIn | kPollRdNorm);
    ends_.writer = nullptr;
    EXPECT_EQ(*get(10), "last");
    EXPECT_EQ(*get(10), "");
    EXPECT_EQ(ends_.reader->poll(nullptr), kPollHup);
}

TEST_F(PipeTest, AWriterWithoutReadersGetsTheSignal) {
    ends_.reader = nullptr;
    EXPECT_ERROR(put("x"), EPIPE);
    EXPECT_EQ(test_caller().broken_pipe_signals, 1u);
    EXPECT_EQ(ends_.writer->poll(nullptr), kPollOut | kPollWrNorm | kPollErr);
}

TEST_F(PipeTest, ResizingKeepsWhatIsStored) {
    EXPECT_OK(put(std::string(6000, 'k')));
    EXPECT_ERROR(ends_.reader->pipe()->set_capacity(4096), EBUSY);
    EXPECT_EQ(*ends_.reader->pipe()->set_capacity(8192), 8192u);
    EXPECT_ERROR(put(std::string(3000, 'k')), EAGAIN);
    EXPECT_EQ(*ends_.reader->pipe()->set_capacity(9000), 16384u);
    EXPECT_EQ(*put(std::string(3000, 'k')), 3000u);
    EXPECT_EQ(*get(20000), std::string(9000, 'k'));
}

TEST_F(PipeTest, ReopeningAPipeNeverWaits) {
    EXPECT_OK(put("left behind"));
    Path path = ends_.reader->path();
    ends_.writer = nullptr;
    auto again = open_path(path, kOpenReadOnly);
    ASSERT_TRUE(again);
    EXPECT_EQ(read_all(**again), "left behind");
}

TEST_F(PipeTest, FifosFollowTheOpenRules) {
    EXPECT_OK(make_node(at("fifo"), kModeFifo | 0600, 0));
    EXPECT_ERROR(open("fifo", kOpenWriteOnly | kOpenNonBlock), ENXIO);
    EXPECT_ERROR(open("fifo", kOpenReadOnly), kRestartSys); // it would wait for a writer
    auto reader = open("fifo", kOpenReadOnly | kOpenNonBlock);
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->poll(nullptr), 0u); // no writer yet is not a hang-up
    auto writer = open("fifo", kOpenWriteOnly | kOpenNonBlock);
    ASSERT_TRUE(writer);
    EXPECT_OK(write(**writer, "through", 0));
    EXPECT_EQ(read_all(**reader), "through");
    writer = Error(Errno::EIO);
    EXPECT_EQ((*reader)->poll(nullptr), kPollHup);
}

} // namespace martlet
