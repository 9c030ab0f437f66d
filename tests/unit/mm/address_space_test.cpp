// Address spaces: random sequences of calls against a model with one record per page, and the errors of the manual pages.
#include "mm/address_space.h"

#include <map>
#include <memory>
#include <optional>
#include <random>

#include "memory_fixture.h"
#include "page_table_host.h"
#include "base/radix_tree.h"

namespace martlet {
namespace {

constexpr u64 kWindow = 0x4000'0000 - 600 * kPageSize; // three leaf tables take part
constexpr u64 kWindowPages = 1200;
constexpr int kAdviseHugePage = 14;
constexpr u32 kReadWrite = kProtRead | kProtWrite;

AddressSpaceLimits stack_of(u64 bytes) { return {.stack_bytes = bytes}; }
AddressSpaceLimits no_growth() { return stack_of(0); }

struct SharedContent {
    std::map<u64, u8> pages;
};

struct PageModel {
    bool is_mapped = false;
    u32 protection = 0;
    u8 value = 0;
    std::shared_ptr<SharedContent> shared;
    u64 index = 0; // in `shared`
    bool is_promised = false; // private and, at least once, writable
    bool is_advised = false;  // MADV_HUGEPAGE

    u8 content() const {
        if (!shared) return value;
        auto page = shared->pages.find(index);
        return page == shared->pages.end() ? 0 : page->second;
    }
    void write(u8 byte) {
        if (shared) shared->pages[index] = byte;
        else value = byte;
    }
    /// Whether `next`, the following page, belongs to the same mapping.
    bool continues_in(const PageModel& next) const {
        return is_mapped && next.is_mapped && protection == next.protection && shared == next.shared &&
               is_promised == next.is_promised && is_advised == next.is_advised &&
               (!shared || next.index == index + 1);
    }
};

struct SpaceModel {
    Ref<AddressSpace> space;
    std::vector<PageModel> pages = std::vector<PageModel>(kWindowPages);

    static u64 address(u64 page) { return kWindow + page * kPageSize; }
    /// The page after the mapping that contains `page`.
    u64 mapping_end(u64 page) const {
        while (page + 1 < kWindowPages && pages[page].continues_in(pages[page + 1])) ++page;
        return page + 1;
    }
};

class AddressSpaceTest : public MemoryTest {
protected:
    static void SetUpTestSuite() {
        MemoryTest::SetUpTestSuite();
        page_table_host_init();
    }
    Ref<AddressSpace> make_space() {
        Result<Ref<AddressSpace>> space = AddressSpace::create();
        EXPECT_TRUE(space);
        return *space;
    }
    static Result<u64> map(AddressSpace& space, u64 address, u64 pages, u32 protection = kReadWrite, u32 flags = kMapPrivate | kMapFixed) {
        return space.map({.address = address, .size_bytes = pages * kPageSize, .protection = protection, .flags = flags | kMapAnonymous}, {});
    }
    static void poke(AddressSpace& space, u64 address, u8 value) {
        Result<usize> result = space.write_memory(address, {&value, 1});
        ASSERT_TRUE(result);
        ASSERT_EQ(*result, 1u);
    }
    static u8 peek(AddressSpace& space, u64 address) {
        u8 value = 0xee;
        Result<usize> result = space.read_memory(address, {&value, 1});
        EXPECT_TRUE(result && *result == 1);
        return value;
    }
};

class RandomCalls {
public:
    explicit RandomCalls(u32 seed) : random_(seed) { spaces_.push_back({*AddressSpace::create(), std::vector<PageModel>(kWindowPages)}); }

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            ASSERT_NO_FATAL_FAILURE(one_call(spaces_[pick(spaces_.size())])) << "step " << step;
            if (step % 200 == 199) for (SpaceModel& space : spaces_) ASSERT_NO_FATAL_FAILURE(check(space)) << "step " << step;
        }
        for (SpaceModel& space : spaces_) ASSERT_NO_FATAL_FAILURE(check(space));
    }

    u64 large_pages_made() const { return large_pages_made_; }

private:
    u64 pick(u64 count) { return random_() % count; }
    struct Range { u64 first, end; };
    Range pick_range() {
        u64 first = pick(kWindowPages);
        u64 length = pick(10) == 0 ? pick(kWindowPages) : 1 + pick(30);
        return {first, std::min(first + std::max<u64>(length, 1), kWindowPages)};
    }

    void one_call(SpaceModel& space) {
        switch (pick(13)) {
        case 0: return map_private(space);
        case 1: return map_shared(space);
        case 2: return unmap(space);
        case 3: return protect(space);
        case 4: return dont_need(space);
        case 5: return move(space);
        case 6: return resize(space);
        case 7:
            if (pick(8) == 0) fork_or_exit(space);
            return;
        case 8: return pick(4) == 0 ? map_for_large_pages(space) : advise_large_pages(space);
        default:
            for (int count = 0; count < 8; ++count) touch(space);
        }
    }

    void map_private(SpaceModel& space) {
        auto [first, end] = pick_range();
        u32 protection = static_cast<u32>(pick(8));
        Result<u64> result = space.space->map({.address = space.address(first), .size_bytes = (end - first) * kPageSize,
            .protection = protection, .flags = kMapPrivate | kMapAnonymous | kMapFixed}, {});
        ASSERT_TRUE(result);
        for (u64 page = first; page < end; ++page) space.pages[page] = {true, protection, 0, nullptr, 0, (protection & kProtWrite) != 0};
    }
    /// Most of the window, with room for two large pages.
    void map_for_large_pages(SpaceModel& space) {
        u64 first = pick(88), end = kWindowPages - pick(88), size = (end - first) * kPageSize;
        ASSERT_TRUE(space.space->map({.address = space.address(first), .size_bytes = size, .protection = kReadWrite,
            .flags = kMapPrivate | kMapAnonymous | kMapFixed}, {}));
        ASSERT_TRUE(space.space->advise(space.address(first), size, kAdviseHugePage));
        for (u64 page = first; page < end; ++page) space.pages[page] = {true, kReadWrite, 0, nullptr, 0, true, true};
        u64 large_before = PageTable::large_count();
        u8 byte = 7;
        ASSERT_TRUE(space.space->write_memory(space.address(600), {&byte, 1}, AccessMode::Checked));
        space.pages[600].write(byte);
        large_pages_made_ += PageTable::large_count() - large_before;
    }
    void advise_large_pages(SpaceModel& space) {
        auto [first, end] = pick_range();
        Result<void> result = space.space->advise(space.address(first), (end - first) * kPageSize, kAdviseHugePage);
        bool has_hole = false;
        for (u64 page = first; page < end; ++page) {
            has_hole |= !space.pages[page].is_mapped;
            if (space.pages[page].is_mapped) space.pages[page].is_advised = true;
        }
        ASSERT_EQ(result.has_value(), !has_hole);
    }
    void map_shared(SpaceModel& space) {
        auto [first, end] = pick_range();
        u32 protection = static_cast<u32>(pick(8));
        ASSERT_TRUE(space.space->map({.address = space.address(first), .size_bytes = (end - first) * kPageSize,
            .protection = protection, .flags = kMapShared | kMapAnonymous | kMapFixed}, {}));
        auto content = std::make_shared<SharedContent>();
        for (u64 page = first; page < end; ++page) space.pages[page] = {true, protection, 0, content, page - first};
    }
    void unmap(SpaceModel& space) {
        auto [first, end] = pick_range();
        ASSERT_TRUE(space.space->unmap(space.address(first), (end - first) * kPageSize));
        for (u64 page = first; page < end; ++page) space.pages[page] = {};
    }
    void protect(SpaceModel& space) {
        auto [first, end] = pick_range();
        u32 protection = static_cast<u32>(pick(8));
        Result<void> result = space.space->protect(space.address(first), (end - first) * kPageSize, protection);
        for (u64 page = first; page < end; ++page) {
            if (!space.pages[page].is_mapped) {
                ASSERT_FALSE(result);
                ASSERT_EQ(result.error(), Errno::ENOMEM);
                return;
            }
            space.pages[page].protection = protection;
            if (!space.pages[page].shared && (protection & kProtWrite)) space.pages[page].is_promised = true;
        }
        ASSERT_TRUE(result);
    }
    void dont_need(SpaceModel& space) {
        auto [first, end] = pick_range();
        Result<void> result = space.space->advise(space.address(first), (end - first) * kPageSize, 4);
        bool has_hole = false;
        for (u64 page = first; page < end; ++page) {
            has_hole |= !space.pages[page].is_mapped;
            if (!space.pages[page].shared) space.pages[page].value = 0;
        }
        ASSERT_EQ(result.has_value(), !has_hole);
    }
    void move(SpaceModel& space) {
        auto [first, end] = pick_range();
        u64 target = pick(kWindowPages - (end - first) + 1);
        u64 size = (end - first) * kPageSize;
        bool overlaps = target < end && first < target + (end - first);
        Result<u64> result = space.space->remap(space.address(first), size, size, kRemapMayMove | kRemapFixed, space.address(target), {});
        if (overlaps) {
            ASSERT_EQ(result.error(), space.pages[first].is_mapped ? Errno::EINVAL : Errno::EFAULT);
            return;
        }
        if (!space.pages[first].is_mapped) {
            ASSERT_EQ(result.error(), Errno::EFAULT);
            return;
        }
        // The target goes first, as mremap(2) does it, even if the move then fails.
        for (u64 page = 0; page < end - first; ++page) space.pages[target + page] = {};
        if (space.mapping_end(first) < end) {
            ASSERT_FALSE(result);
            ASSERT_EQ(result.error(), Errno::EFAULT);
            return;
        }
        ASSERT_TRUE(result);
        for (u64 page = 0; page < end - first; ++page) {
            space.pages[target + page] = space.pages[first + page];
            space.pages[first + page] = {};
        }
    }
    /// Grows or shrinks in place, without leave to move.
    void resize(SpaceModel& space) {
        auto [first, end] = pick_range();
        if (!space.pages[first].is_mapped) return;
        end = std::min(end, space.mapping_end(first));
        u64 new_end = std::min(first + 1 + pick(2 * (end - first)), kWindowPages);
        Result<u64> result = space.space->remap(space.address(first), (end - first) * kPageSize, (new_end - first) * kPageSize, 0, 0, {});
        if (new_end <= end) {
            ASSERT_TRUE(result);
            for (u64 page = new_end; page < end; ++page) space.pages[page] = {};
            return;
        }
        bool can_grow = space.mapping_end(first) == end;
        for (u64 page = end; page < new_end; ++page) can_grow &= !space.pages[page].is_mapped;
        ASSERT_EQ(result.has_value(), can_grow);
        if (!can_grow) return;
        for (u64 page = end; page < new_end; ++page) {
            space.pages[page] = space.pages[page - 1];
            space.pages[page].value = 0;
            ++space.pages[page].index;
        }
        // Shared pages past the object's end have no content: out of the model's sight again.
        if (space.pages[first].shared) {
            ASSERT_TRUE(space.space->unmap(space.address(end), (new_end - end) * kPageSize));
            for (u64 page = end; page < new_end; ++page) space.pages[page] = {};
        }
    }
    void fork_or_exit(SpaceModel& space) {
        if (spaces_.size() >= 4) {
            std::swap(space, spaces_.back());
            spaces_.pop_back();
            return;
        }
        Result<Ref<AddressSpace>> child = space.space->fork();
        ASSERT_TRUE(child);
        std::vector<PageModel> pages = space.pages;
        spaces_.push_back({*child, std::move(pages)});
    }
    void touch(SpaceModel& space) {
        u64 page = pick(kWindowPages);
        PageModel& model = space.pages[page];
        u8 byte = static_cast<u8>(random_());
        if (pick(2) == 0) {
            Result<usize> result = space.space->write_memory(space.address(page), {&byte, 1}, AccessMode::Checked);
            ASSERT_EQ(result.has_value(), model.is_mapped && (model.protection & kProtWrite)) << page;
            if (result) model.write(byte);
        } else {
            expect_page(space, page);
        }
    }
    void expect_page(SpaceModel& space, u64 page) {
        PageModel& model = space.pages[page];
        u8 byte = 0;
        Result<usize> result = space.space->read_memory(space.address(page), {&byte, 1}, AccessMode::Checked);
        ASSERT_EQ(result.has_value(), model.is_mapped && model.protection != 0) << page;
        if (result) { ASSERT_EQ(byte, model.content()) << "page " << page; }
    }
    void check(SpaceModel& space) {
        for (u64 page = 0; page < kWindowPages; ++page) ASSERT_NO_FATAL_FAILURE(expect_page(space, page));
        struct Walk {
            SpaceModel* space;
            u64 page = 0;
            void check(const AddressSpace::MappingView& view) {
                while (page < kWindowPages && !space->pages[page].is_mapped) ++page;
                ASSERT_LT(page, kWindowPages);
                ASSERT_EQ(view.start, space->address(page));
                ASSERT_EQ(view.protection, space->pages[page].protection);
                ASSERT_EQ(view.is_shared, space->pages[page].shared != nullptr);
                page = space->mapping_end(page);
                ASSERT_EQ(view.end, space->address(page)) << "neighbours that are equal are one mapping";
            }
        } walk{&space};
        space.space->for_each_mapping([](void* context, const AddressSpace::MappingView& view) {
            static_cast<Walk*>(context)->check(view);
            return testing::Test::HasFatalFailure() ? AddressSpace::Visit::Stop : AddressSpace::Visit::Continue;
        }, &walk);
        while (walk.page < kWindowPages) ASSERT_FALSE(space.pages[walk.page++].is_mapped);
        u64 mapped = static_cast<u64>(std::count_if(space.pages.begin(), space.pages.end(), [](auto& page) { return page.is_mapped; }));
        ASSERT_EQ(space.space->sizes().total_pages, mapped);
        ASSERT_LE(space.space->sizes().resident_pages, mapped);
    }

    std::mt19937 random_;
    std::vector<SpaceModel> spaces_;
    u64 large_pages_made_ = 0;
};

TEST_F(AddressSpaceTest, RandomCallsBehaveLikeAModelByPages) {
    for (u32 seed = 1; seed <= 6; ++seed) {
        RandomCalls calls(seed);
        ASSERT_NO_FATAL_FAILURE(calls.run(2500)) << "seed " << seed;
        EXPECT_GT(calls.large_pages_made(), 0u);
    }
}

TEST_F(AddressSpaceTest, MmapErrors) {
    auto space = make_space();
    auto attempt = [&](MapRequest request, AddressSpaceLimits limits = {}) {
        Result<u64> result = space->map(request, limits);
        return result ? Errno{} : result.error();
    };
    constexpr u32 kAnonymous = kMapPrivate | kMapAnonymous;
    EXPECT_EQ(attempt({.size_bytes = 0, .flags = kAnonymous}), Errno::EINVAL);
    EXPECT_EQ(attempt({.size_bytes = ~0ull, .flags = kAnonymous}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.size_bytes = kUserEnd + kPageSize, .flags = kAnonymous}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.size_bytes = kPageSize, .flags = kMapAnonymous}), Errno::EINVAL);
    EXPECT_EQ(attempt({.size_bytes = kPageSize, .flags = kMapAnonymous | kMapSharedValidate}), Errno::EINVAL);
    EXPECT_EQ(attempt({.size_bytes = kPageSize, .flags = kAnonymous, .offset_bytes = 1}), Errno::EINVAL);
    EXPECT_EQ(attempt({.size_bytes = kPageSize, .flags = kAnonymous, .offset_bytes = ~0ull - kPageSize + 1}), Errno{}) << "no file, no offset";
    EXPECT_EQ(attempt({.address = 0x10001, .size_bytes = kPageSize, .flags = kAnonymous | kMapFixed}), Errno::EINVAL);
    EXPECT_EQ(attempt({.address = kUserEnd, .size_bytes = kPageSize, .flags = kAnonymous | kMapFixed}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.address = 0x1000, .size_bytes = kPageSize, .flags = kAnonymous | kMapFixed}), Errno::EPERM);
    EXPECT_EQ(attempt({.size_bytes = kPageSize, .flags = kMapShared | kMapAnonymous | kMapGrowsDown}), Errno::EINVAL);
    EXPECT_EQ(attempt({.size_bytes = 4 * kPageSize, .flags = kAnonymous}, {.address_space_bytes = 3 * kPageSize}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.size_bytes = 4 * kPageSize, .protection = kReadWrite, .flags = kAnonymous}, {.data_bytes = kPageSize}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.size_bytes = 4 * kPageSize, .protection = kProtRead, .flags = kAnonymous}, {.data_bytes = kPageSize}), Errno{});
    EXPECT_EQ(attempt({.size_bytes = 4 * kPageSize, .flags = kAnonymous | kMapLocked}, {.locked_bytes = kPageSize}), Errno::EAGAIN);
    EXPECT_EQ(attempt({.size_bytes = 4 * kPageSize, .flags = kAnonymous | kMapLocked}, {.locked_bytes = 0}), Errno::EPERM);
    EXPECT_EQ(attempt({.size_bytes = 2 * kTestFrames * kPageSize, .protection = kReadWrite, .flags = kAnonymous}), Errno::ENOMEM);
    EXPECT_EQ(attempt({.size_bytes = 2 * kTestFrames * kPageSize, .protection = kReadWrite, .flags = kAnonymous | kMapNoReserve}), Errno{});
    ASSERT_TRUE(map(*space, kWindow, 4));
    EXPECT_EQ(attempt({.address = kWindow + kPageSize, .size_bytes = kPageSize, .flags = kAnonymous | kMapFixedNoReplace}), Errno::EEXIST);
    Result<u64> hinted = space->map({.address = kWindow + 4 * kPageSize + 5, .size_bytes = 1, .flags = kAnonymous}, {});
    ASSERT_TRUE(hinted);
    EXPECT_EQ(*hinted, kWindow + 4 * kPageSize) << "a free hint is taken, rounded down";
    hinted = space->map({.address = kWindow, .size_bytes = 1, .flags = kAnonymous}, {});
    ASSERT_TRUE(hinted);
    EXPECT_NE(*hinted, kWindow) << "a taken hint is only a hint";
}

TEST_F(AddressSpaceTest, PlacesGoFromTheTopDownwards) {
    auto space = make_space();
    space->set_map_base(0x7000'0000'0000);
    Result<u64> first = map(*space, 0, 3, kReadWrite, kMapPrivate), second = map(*space, 0, 2, kProtRead, kMapPrivate);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, 0x7000'0000'0000 - 3 * kPageSize);
    EXPECT_EQ(*second, *first - 2 * kPageSize);
    ASSERT_TRUE(space->unmap(*first, 3 * kPageSize));
    EXPECT_EQ(*map(*space, 0, 3, kReadWrite, kMapPrivate), *first) << "the highest hole is used again";
}

TEST_F(AddressSpaceTest, MunmapAndMprotectErrors) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, 4));
    EXPECT_EQ(space->unmap(kWindow + 1, kPageSize).error(), Errno::EINVAL);
    EXPECT_EQ(space->unmap(kWindow, 0).error(), Errno::EINVAL);
    EXPECT_EQ(space->unmap(kUserEnd, kPageSize).error(), Errno::EINVAL);
    EXPECT_EQ(space->unmap(kWindow, ~0ull).error(), Errno::EINVAL);
    EXPECT_TRUE(space->unmap(kWindow + 64 * kPageSize, kPageSize)) << "nothing there is no error";
    EXPECT_EQ(space->protect(kWindow + 1, kPageSize, 0).error(), Errno::EINVAL);
    EXPECT_TRUE(space->protect(kWindow, 0, 0));
    EXPECT_EQ(space->protect(kWindow, kPageSize, 0x100).error(), Errno::EINVAL);
    EXPECT_EQ(space->protect(kWindow, ~0ull - kPageSize, kProtRead).error(), Errno::ENOMEM);
    EXPECT_EQ(space->protect(kWindow + 8 * kPageSize, kPageSize, kProtRead).error(), Errno::ENOMEM);
}

TEST_F(AddressSpaceTest, MremapErrorsAndMoves) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, 4));
    ASSERT_TRUE(map(*space, kWindow + 4 * kPageSize, 1, kProtRead));
    poke(*space, kWindow, 17);
    auto attempt = [&](u64 old_address, u64 old_pages, u64 new_pages, u32 flags, u64 new_address = 0) {
        Result<u64> result = space->remap(old_address, old_pages * kPageSize, new_pages * kPageSize, flags, new_address, {});
        return result ? Errno{} : result.error();
    };
    EXPECT_EQ(attempt(kWindow + 1, 1, 1, 0), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow, 1, 0, 0), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow, 1, 1, 8), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow, 1, 1, kRemapFixed, kWindow * 2), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow, 1, 2, kRemapMayMove | kRemapDontUnmap), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow, 2, 2, kRemapMayMove | kRemapFixed, kWindow + kPageSize), Errno::EINVAL);
    EXPECT_EQ(attempt(kWindow - kPageSize, 1, 2, 0), Errno::EFAULT);
    EXPECT_EQ(attempt(kWindow, 5, 6, kRemapMayMove), Errno::EFAULT) << "across two mappings";
    EXPECT_EQ(attempt(kWindow, 4, 5, 0), Errno::ENOMEM) << "no room to grow and no leave to move";
    EXPECT_EQ(attempt(kWindow, 0, 1, kRemapMayMove), Errno::EINVAL) << "only shared mappings are duplicated";
    Result<u64> moved = space->remap(kWindow, 4 * kPageSize, 6 * kPageSize, kRemapMayMove, 0, {});
    ASSERT_TRUE(moved);
    EXPECT_EQ(peek(*space, *moved), 17);
    EXPECT_EQ(space->unmap(kWindow, 4 * kPageSize).has_value(), true);
    EXPECT_EQ(space->sizes().total_pages, 7u);
    Result<u64> kept = space->remap(*moved, 6 * kPageSize, 6 * kPageSize, kRemapMayMove | kRemapDontUnmap, 0, {});
    ASSERT_TRUE(kept);
    EXPECT_EQ(peek(*space, *kept), 17);
    EXPECT_EQ(peek(*space, *moved), 0) << "what stays behind is empty";
    ASSERT_TRUE(map(*space, 2 * kWindow, 1, kReadWrite, kMapShared | kMapFixed));
    poke(*space, 2 * kWindow, 33);
    Result<u64> twin = space->remap(2 * kWindow, 0, kPageSize, kRemapMayMove, 0, {});
    ASSERT_TRUE(twin);
    EXPECT_EQ(peek(*space, *twin), 33);
    poke(*space, *twin, 34);
    EXPECT_EQ(peek(*space, 2 * kWindow), 34);
}

TEST_F(AddressSpaceTest, StacksGrowToTheirLimitAndKeepTheirGap) {
    auto space = make_space();
    u64 top = 0x7f00'0000'0000;
    ASSERT_TRUE(map(*space, top - kPageSize, 1, kReadWrite, kMapPrivate | kMapFixed | kMapGrowsDown));
    constexpr u64 limit = 64 * kPageSize;
    EXPECT_EQ(space->fault(top - limit, PageAccess::Write, false, [] { return stack_of(limit); }), FaultResult::Resolved);
    EXPECT_EQ(space->sizes().total_pages, 64u);
    EXPECT_EQ(space->fault(top - limit - 1, PageAccess::Write, false, [] { return stack_of(limit); }), FaultResult::SegvMapErr);
    ASSERT_TRUE(map(*space, top - 400 * kPageSize, 1));
    EXPECT_EQ(space->fault(top - 100 * kPageSize, PageAccess::Write, false, [] { return stack_of(~0ull); }), FaultResult::Resolved);
    EXPECT_EQ(space->fault(top - 200 * kPageSize, PageAccess::Write, false, [] { return stack_of(~0ull); }), FaultResult::SegvMapErr) << "the guard gap";
    EXPECT_EQ(space->fault(top - 150 * kPageSize, PageAccess::Read, true, [] { return stack_of(~0ull); }), FaultResult::SegvMapErr);
}

TEST_F(AddressSpaceTest, FaultsReportWhatIsWrong) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, 1, kProtRead));
    ASSERT_TRUE(map(*space, kWindow + kPageSize, 1, 0));
    ASSERT_TRUE(map(*space, kWindow + 2 * kPageSize, 1, kProtRead | kProtExec));
    EXPECT_EQ(space->fault(kWindow, PageAccess::Read, false, no_growth), FaultResult::Resolved);
    EXPECT_EQ(space->fault(kWindow, PageAccess::Write, false, no_growth), FaultResult::SegvAccErr);
    EXPECT_EQ(space->fault(kWindow, PageAccess::Read, true, no_growth), FaultResult::SegvAccErr);
    EXPECT_EQ(space->fault(kWindow + kPageSize, PageAccess::Read, false, no_growth), FaultResult::SegvAccErr);
    EXPECT_EQ(space->fault(kWindow + 2 * kPageSize, PageAccess::Read, true, no_growth), FaultResult::Resolved);
    EXPECT_EQ(space->fault(0, PageAccess::Read, false, no_growth), FaultResult::SegvMapErr);
    EXPECT_EQ(space->fault(~0ull, PageAccess::Read, false, no_growth), FaultResult::SegvMapErr);
}

/// A file of three pages that can be truncated.
class TestObject final : public MemoryObject {
public:
    ~TestObject() override { truncate(0); }
    Result<Frame*> get_page(u64 index, PageAccess access) override {
        if (index >= size) return Error(Errno::ENXIO);
        if (access == PageAccess::Write) ++write_requests;
        if (!frames[index]) {
            frames[index] = TRY(allocate_frame(FrameUse::PageCache, Zeroing::Yes));
            static_cast<u8*>(frames[index]->data())[0] = static_cast<u8>(100 + index);
        }
        frames[index]->acquire();
        return frames[index];
    }
    Frame* find_page(u64 index) override {
        if (index >= size || !frames[index]) return nullptr;
        frames[index]->acquire();
        return frames[index];
    }
    Result<void> mark_dirty(u64) override {
        ++dirtied;
        return {};
    }
    void truncate(u64 pages) {
        size = pages;
        for (u64 index = pages; index < 3; ++index)
            if (frames[index]) std::exchange(frames[index], nullptr)->release();
        unmap_pages(pages, ~0ull);
    }
    u64 size = 3;
    Frame* frames[3] = {};
    int dirtied = 0, write_requests = 0;
};

TEST_F(AddressSpaceTest, FilePagesAreSharedOrCopiedAndEndInSigbus) {
    auto space = make_space();
    auto file = *make_ref<TestObject>();
    MapRequest request{.size_bytes = 4 * kPageSize, .protection = kReadWrite, .flags = kMapShared, .object = file};
    u64 shared = *space->map(request, {});
    request.flags = kMapPrivate;
    u64 copied = *space->map(request, {});
    EXPECT_EQ(peek(*space, shared + kPageSize), 101);
    EXPECT_EQ(file->dirtied, 0) << "reading does not dirty";
    poke(*space, shared + kPageSize, 55);
    EXPECT_GT(file->dirtied, 0);
    EXPECT_EQ(peek(*space, copied + kPageSize), 55) << "a private mapping sees the file until it writes";
    poke(*space, copied + kPageSize, 66);
    EXPECT_EQ(peek(*space, shared + kPageSize), 55);
    EXPECT_EQ(space->fault(shared + 3 * kPageSize, PageAccess::Read, false, no_growth), FaultResult::BusAdrErr);
    auto child = *space->fork();
    file->truncate(1);
    for (AddressSpace* each : {space.get(), child.get()}) {
        EXPECT_EQ(each->fault(shared + kPageSize, PageAccess::Read, false, no_growth), FaultResult::BusAdrErr);
        EXPECT_EQ(each->fault(copied + kPageSize, PageAccess::Read, false, no_growth), FaultResult::BusAdrErr) << "copies go too";
        EXPECT_EQ(peek(*each, shared), 100);
    }
}

TEST_F(AddressSpaceTest, ForkSharesTablesAndCostsNoPages) {
    auto space = make_space();
    constexpr u64 kPages = 2048;
    ASSERT_TRUE(map(*space, kWindow, kPages));
    for (u64 page = 0; page < kPages; ++page) poke(*space, kWindow + page * kPageSize, static_cast<u8>(page));
    u64 before = used_frames();
    auto child = *space->fork();
    EXPECT_LE(used_frames() - before, 8u) << "upper tables only";
    EXPECT_EQ(child->sizes().resident_pages, kPages);
    poke(*child, kWindow, 99);
    EXPECT_LE(used_frames() - before, 12u) << "one leaf table and one page more";
    EXPECT_EQ(peek(*space, kWindow), 0);
    for (u64 page = 1; page < kPages; page += 37) EXPECT_EQ(peek(*child, kWindow + page * kPageSize), static_cast<u8>(page));
    space = nullptr;
    for (u64 page = 1; page < kPages; page += 37) {
        EXPECT_EQ(peek(*child, kWindow + page * kPageSize), static_cast<u8>(page));
        poke(*child, kWindow + page * kPageSize, 1);
    }
}

TEST_F(AddressSpaceTest, AdviceOnForkIsHeeded) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, 3));
    for (u64 page = 0; page < 3; ++page) poke(*space, kWindow + page * kPageSize, 5);
    ASSERT_TRUE(space->advise(kWindow, kPageSize, 10));             // MADV_DONTFORK
    ASSERT_TRUE(space->advise(kWindow + kPageSize, kPageSize, 18)); // MADV_WIPEONFORK
    auto child = *space->fork();
    EXPECT_EQ(child->fault(kWindow, PageAccess::Read, false, no_growth), FaultResult::SegvMapErr);
    EXPECT_EQ(peek(*child, kWindow + kPageSize), 0);
    EXPECT_EQ(peek(*child, kWindow + 2 * kPageSize), 5);
    EXPECT_EQ(peek(*space, kWindow), 5);
    EXPECT_EQ(space->advise(kWindow, kPageSize, 77).error(), Errno::EINVAL);
    EXPECT_EQ(space->advise(kWindow + 1, kPageSize, 4).error(), Errno::EINVAL);
    EXPECT_TRUE(space->advise(kWindow, 0, 4));
    EXPECT_EQ(space->advise(kWindow, 9 * kPageSize, 4).error(), Errno::ENOMEM);
}

TEST_F(AddressSpaceTest, BreakMovesWithinItsLimits) {
    auto space = make_space();
    space->layout.break_start = kWindow + 100;
    EXPECT_EQ(*space->set_break(0, {}), kWindow + 100);
    EXPECT_EQ(*space->set_break(kWindow + 5 * kPageSize, {}), kWindow + 5 * kPageSize);
    poke(*space, kWindow + 4 * kPageSize, 3);
    EXPECT_EQ(*space->set_break(kWindow + 9 * kPageSize, {.data_bytes = kPageSize}), kWindow + 5 * kPageSize);
    EXPECT_EQ(*space->set_break(kWindow + kPageSize, {}), kWindow + kPageSize);
    EXPECT_EQ(*space->set_break(kWindow + 5 * kPageSize, {}), kWindow + 5 * kPageSize);
    EXPECT_EQ(peek(*space, kWindow + 4 * kPageSize), 0) << "memory given back comes again as zeros";
    ASSERT_TRUE(map(*space, kWindow + 20 * kPageSize, 1));
    EXPECT_EQ(*space->set_break(kWindow + 30 * kPageSize, {}), kWindow + 5 * kPageSize) << "never over a mapping";
}

TEST_F(AddressSpaceTest, LockingCountsAndPopulates) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, 8));
    ASSERT_TRUE(space->lock(kWindow + kPageSize, 3 * kPageSize, AddressSpace::LockMode::Now, {}));
    EXPECT_EQ(space->sizes().locked_pages, 3u);
    EXPECT_EQ(space->sizes().resident_pages, 3u);
    EXPECT_EQ(space->lock(kWindow, 8 * kPageSize, AddressSpace::LockMode::Now, {.locked_bytes = 7 * kPageSize}).error(), Errno::ENOMEM);
    EXPECT_EQ(space->lock(kWindow, kPageSize, AddressSpace::LockMode::Now, {.locked_bytes = 0}).error(), Errno::EPERM);
    EXPECT_EQ(space->lock(kWindow, 9 * kPageSize, AddressSpace::LockMode::Now, {}).error(), Errno::ENOMEM) << "a hole";
    EXPECT_EQ(space->advise(kWindow + kPageSize, kPageSize, 4).error(), Errno::EINVAL) << "locked pages are needed";
    ASSERT_TRUE(space->unlock_all());
    EXPECT_EQ(space->sizes().locked_pages, 0u);
    u8 pages[8] = {};
    ASSERT_TRUE(space->resident(kWindow, 8 * kPageSize, pages));
    EXPECT_EQ(pages[1] & 1, 1);
    u8 more[9];
    EXPECT_EQ(space->resident(kWindow, 9 * kPageSize, more).error(), Errno::ENOMEM);
}

TEST_F(AddressSpaceTest, ExhaustionIsReportedAndNothingLeaks) {
    auto space = make_space();
    ASSERT_TRUE(map(*space, kWindow, kTestFrames, kReadWrite, kMapPrivate | kMapFixed | kMapNoReserve));
    u64 page = 0;
    FaultResult result = FaultResult::Resolved;
    for (; page < kTestFrames && result == FaultResult::Resolved; ++page)
        result = space->fault(kWindow + page * kPageSize, PageAccess::Write, false, no_growth);
    EXPECT_EQ(result, FaultResult::OutOfMemory);
    EXPECT_TRUE(space->unmap(kWindow, kTestFrames * kPageSize));
    EXPECT_EQ(space->sizes().resident_pages, 0u);
}

} // namespace
} // namespace martlet
