#include "fs/sysfs/sysfs.h"

#include <string.h>

#include "sync/made_once.h"
#include "vfs/inode_file.h"

namespace martlet {
namespace {

constexpr u64 kTextSize = 4096; // what st_size of a text says

class SysfsSuperBlock final : public SuperBlock {
public:
    static constexpr u64 kMagic = 0x62656572;
    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override { return {.type_magic = kMagic}; }
    void set_root(Ref<Inode> root) { root_ = std::move(root); }
    u64 next_number() { return next_number_.fetch_add(1, std::memory_order_relaxed); }

private:
    Ref<Inode> root_;
    std::atomic<u64> next_number_ = 2;
};

InodeAttributes attributes_with(u32 mode, u64 size) {
    InodeAttributes attributes;
    attributes.mode = mode;
    attributes.size = size;
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = current_time();
    return attributes;
}

Result<usize> read_text(IoCursor& to, u64 offset, SysfsDirectory::Show show, u64 context) {
    TextBuffer text;
    TRY(show(text, context));
    TRY(text.status());
    std::string_view shown = text.view();
    if (offset >= shown.size()) return 0;
    return to.put(shown.data() + offset, shown.size() - offset);
}

/// What counts the changes of an attribute and who waits for them; an attribute that tells of none has neither.
struct SysfsChanges {
    std::atomic<u32>* count = nullptr;
    WaitQueue* queue = nullptr;
};

/// Every attribute answers POLLPRI and POLLERR until it is read, and again after it has changed.
class SysfsFile final : public InodeFile {
public:
    SysfsFile(Inode& inode, u32 flags, const Path& path, SysfsChanges changes)
        : InodeFile(inode, flags, path), changes_(changes) {}
    Result<usize> read(IoCursor& to, u64 offset) override {
        seen_.store(now(), std::memory_order_relaxed);
        return InodeFile::read(to, offset);
    }
    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table && changes_.queue) table->watch(*changes_.queue);
        return InodeFile::poll(nullptr) | (seen_.load(std::memory_order_relaxed) != now() ? kPollPri | kPollErr : 0);
    }

private:
    static constexpr u64 kNeverRead = ~0ull;
    u64 now() const { return changes_.count ? changes_.count->load(std::memory_order_acquire) : 0; }
    SysfsChanges changes_;
    std::atomic<u64> seen_ = kNeverRead;
};

class SysfsText final : public Inode {
public:
    SysfsText(SuperBlock& block, u64 number, u32 permissions, SysfsDirectory::Show show,
              SysfsDirectory::Store store, u64 context)
        : Inode(block, number), show_(show), store_(store), context_(context) {
        attributes = attributes_with(kModeRegular | permissions, kTextSize);
    }
    Result<usize> read_at(IoCursor& to, u64 offset) override { return read_text(to, offset, show_, context_); }
    Result<usize> write_at(IoCursor& from, u64) override {
        constexpr usize kValueMax = 256;
        char buffer[kValueMax];
        if (!store_) return Error(Errno::EIO);
        if (from.remaining() > kValueMax) return Error(Errno::EINVAL);
        usize taken = TRY(from.take(buffer, from.remaining()));
        std::string_view value(buffer, taken);
        while (value.ends_with('\n')) value.remove_suffix(1);
        TRY(store_(value, context_));
        return taken;
    }
    Result<void> truncate(u64) override { return {}; } // O_TRUNC from a shell's ">"
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return make_ref<SysfsFile>(*this, flags, path, SysfsChanges{});
    }

private:
    SysfsDirectory::Show show_;
    SysfsDirectory::Store store_;
    u64 context_;
};

class SysfsWatchedText final : public Inode {
public:
    SysfsWatchedText(SuperBlock& block, u64 number, SysfsDirectory::Show show, std::atomic<u32>& count,
                     WaitQueue& queue)
        : Inode(block, number), show_(show), count_(count), queue_(queue) {
        attributes = attributes_with(kModeRegular | 0444, kTextSize);
    }
    Result<usize> read_at(IoCursor& to, u64 offset) override { return read_text(to, offset, show_, 0); }
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return make_ref<SysfsFile>(*this, flags, path, SysfsChanges{&count_, &queue_});
    }

private:
    SysfsDirectory::Show show_;
    std::atomic<u32>& count_;
    WaitQueue& queue_;
};

class SysfsBinary final : public Inode {
public:
    SysfsBinary(SuperBlock& block, u64 number, u32 permissions, u64 size, SysfsDirectory::Read read, u64 context)
        : Inode(block, number), read_(read), context_(context) {
        attributes = attributes_with(kModeRegular | permissions, size);
    }
    Result<usize> read_at(IoCursor& to, u64 offset) override {
        if (offset >= attributes.size) return 0;
        return read_(to, offset, context_);
    }
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return make_ref<SysfsFile>(*this, flags, path, SysfsChanges{});
    }

private:
    SysfsDirectory::Read read_;
    u64 context_;
};

class SysfsLink final : public Inode {
public:
    SysfsLink(SuperBlock& block, u64 number, String target) : Inode(block, number), target_(std::move(target)) {
        attributes = attributes_with(kModeSymlink | 0777, 0);
    }
    Result<String> read_link() override { return target_.clone(); }

private:
    String target_;
};

Result<void> show_constant(TextBuffer& text, u64 context) {
    text.append(reinterpret_cast<const char*>(context));
    text.append("\n");
    return {};
}

Result<void> fill_devices(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("pci0000:00", fill_pci_root));
    TRY(directory.add_directory("platform", fill_platform));
    TRY(directory.add_directory("system", fill_system));
    return directory.add_directory("virtual", fill_virtual);
}

Result<void> fill_firmware(SysfsDirectory& directory, u64) { return directory.add_directory("acpi", fill_nothing); }

/// No kind of sleep is known.
Result<void> fill_power(SysfsDirectory& directory, u64) { return directory.add_constant("state", ""); }

Result<void> fill_root(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("block", fill_block, 1));
    TRY(directory.add_directory("bus", fill_bus));
    TRY(directory.add_directory("class", fill_class));
    TRY(directory.add_directory("dev", fill_device_numbers));
    TRY(directory.add_directory("devices", fill_devices));
    TRY(directory.add_directory("firmware", fill_firmware));
    TRY(directory.add_directory("fs", fill_nothing));
    TRY(directory.add_directory("kernel", fill_kernel));
    TRY(directory.add_directory("module", fill_nothing));
    return directory.add_directory("power", fill_power);
}

class Sysfs final : public FileSystem {
public:
    std::string_view name() const override { return "sysfs"; }
    /// One instance, however often it is mounted.
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view) override {
        return Ref<SuperBlock>(*TRY(instance_.get([]() -> Result<SysfsSuperBlock*> {
            Ref<SysfsSuperBlock> block = TRY(make_ref<SysfsSuperBlock>());
            block->set_root(TRY(make_ref<SysfsDirectory>(*block, 1ull, fill_root, 0ull)));
            return block.leak();
        })));
    }

private:
    MadeOnce<SysfsSuperBlock> instance_{LockRank::Mount};
};

constinit Sysfs sysfs;
REGISTER_FILE_SYSTEM(sysfs);

u64 next_number(Inode& directory) { return static_cast<SysfsSuperBlock&>(directory.super_block()).next_number(); }

} // namespace

Result<void> fill_nothing(SysfsDirectory&, u64) { return {}; }

void print_bit_mask(TextBuffer& text, u64 bits) {
    if (bits >> 32) text.print("%08x,%08x\n", static_cast<u32>(bits >> 32), static_cast<u32>(bits));
    else text.print("%x\n", static_cast<u32>(bits));
}

SysfsDirectory::SysfsDirectory(SuperBlock& block, u64 number, Fill fill, u64 context)
    : Inode(block, number), fill_(fill), context_(context) {
    attributes = attributes_with(kModeDirectory | 0755, 0);
    attributes.link_count = 2;
}

/// On failure what was added is taken back, so that the next look tries again.
Result<void> SysfsDirectory::fill() {
    if (!fill_) return {};
    auto filled = fill_(*this, context_);
    if (!filled) {
        entries_.clear();
        return filled;
    }
    fill_ = nullptr;
    return {};
}

Result<void> SysfsDirectory::add(std::string_view name, Ref<Inode> inode) {
    String copy = TRY(String::create(name));
    return entries_.push_back({std::move(copy), std::move(inode)});
}

Result<void> SysfsDirectory::add_directory(std::string_view name, Fill fill, u64 context) {
    Ref<SysfsDirectory> made = TRY(make_ref<SysfsDirectory>(super_block(), next_number(*this), fill, context));
    return add(name, std::move(made));
}

Result<void> SysfsDirectory::add_directory_while(Exists exists, std::string_view name, Fill fill, u64 context) {
    Ref<SysfsDirectory> made = TRY(make_ref<SysfsDirectory>(super_block(), next_number(*this), fill, context));
    made->exists_ = exists;
    has_changing_names_ = true;
    return add(name, std::move(made));
}

Result<void> SysfsDirectory::add_text(std::string_view name, Show show, u64 context, u32 permissions, Store store) {
    Ref<SysfsText> made =
        TRY(make_ref<SysfsText>(super_block(), next_number(*this), permissions, show, store, context));
    return add(name, std::move(made));
}

Result<void> SysfsDirectory::add_watched_text(std::string_view name, Show show, std::atomic<u32>& count,
                                              WaitQueue& queue) {
    Ref<SysfsWatchedText> made = TRY(make_ref<SysfsWatchedText>(super_block(), next_number(*this), show, count, queue));
    return add(name, std::move(made));
}

Result<void> SysfsDirectory::add_constant(std::string_view name, const char* text) {
    return add_text(name, show_constant, reinterpret_cast<u64>(text));
}

Result<void> SysfsDirectory::add_binary(std::string_view name, Read read, u64 context, u64 size, u32 permissions) {
    Ref<SysfsBinary> made =
        TRY(make_ref<SysfsBinary>(super_block(), next_number(*this), permissions, size, read, context));
    return add(name, std::move(made));
}

Result<void> SysfsDirectory::add_link(std::string_view name, std::string_view target) {
    String copy = TRY(String::create(target));
    Ref<SysfsLink> made = TRY(make_ref<SysfsLink>(super_block(), next_number(*this), std::move(copy)));
    return add(name, std::move(made));
}

Result<Ref<Inode>> SysfsDirectory::lookup(std::string_view name) {
    TRY(fill());
    for (const Entry& entry : entries_)
        if (entry.name.view() == name && entry.inode->is_current()) return entry.inode;
    return Error(Errno::ENOENT);
}

Result<void> SysfsDirectory::read_directory(u64 offset, DirectorySink& sink) {
    TRY(fill());
    for (u64 index = offset; index < entries_.size(); ++index) {
        const Entry& entry = entries_[index];
        if (!entry.inode->is_current()) continue;
        if (!sink.add(entry.name.view(), entry.inode->number(), entry.inode->mode(), index + 1)) break;
    }
    return {};
}

} // namespace martlet
