// sysfs: /sys, the devices and what the kernel says of itself as directories, links and one-line files
// (sysfs(5)).
//
// A directory is filled when it is first looked into, by its function; the functions of the subjects are in
// the *_tree.cpp files. What was added stays. Texts are made when they are read. Locking: entries under the
// directory's directory_lock, which the VFS holds for lookups and listings.
#pragma once
#include "base/vector.h"
#include "fs/proc/text_buffer.h"
#include "vfs/file_system.h"

namespace martlet {

class SysfsDirectory final : public Inode {
public:
    /// `context` is whatever the functions make of it: a CPU's number, a device's place.
    using Fill = Result<void> (*)(SysfsDirectory& directory, u64 context);
    using Show = Result<void> (*)(TextBuffer& text, u64 context);
    using Store = Result<void> (*)(std::string_view text, u64 context);
    using Exists = bool (*)(u64 context);
    using Read = Result<usize> (*)(IoCursor& to, u64 offset, u64 context);

    SysfsDirectory(SuperBlock& block, u64 number, Fill fill, u64 context);

    // For fill functions, on the directory that they fill.
    Result<void> add_directory(std::string_view name, Fill fill, u64 context = 0);
    /// One that is there only while `exists` says so.
    Result<void> add_directory_while(Exists exists, std::string_view name, Fill fill, u64 context);
    Result<void> add_text(std::string_view name, Show show, u64 context = 0, u32 permissions = 0444,
                          Store store = nullptr);
    /// A text whose changes poll(2) tells as POLLPRI and POLLERR to who has read it since: `count` counts them.
    Result<void> add_watched_text(std::string_view name, Show show, std::atomic<u32>& count, WaitQueue& queue);
    /// A text that is always the same.
    Result<void> add_constant(std::string_view name, const char* text);
    Result<void> add_binary(std::string_view name, Read read, u64 context, u64 size, u32 permissions);
    Result<void> add_link(std::string_view name, std::string_view target);

    Result<Ref<Inode>> lookup(std::string_view name) override;
    bool names_are_stable() const override { return !has_changing_names_; }
    bool is_current() override { return !exists_ || exists_(context_); }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override;

private:
    struct Entry {
        String name;
        Ref<Inode> inode;
    };
    Result<void> fill();
    Result<void> add(std::string_view name, Ref<Inode> inode);

    Fill fill_; // null once done
    Exists exists_ = nullptr; // null: always
    u64 context_;
    bool has_changing_names_ = false;
    Vector<Entry> entries_;
};

Result<void> fill_nothing(SysfsDirectory&, u64);
// The directories of the root.
Result<void> fill_bus(SysfsDirectory& directory, u64);        // pci_tree.cpp
Result<void> fill_pci_root(SysfsDirectory& directory, u64);   // devices/pci0000:00
Result<void> fill_class(SysfsDirectory& directory, u64);      // class_tree.cpp
Result<void> fill_device_numbers(SysfsDirectory& directory, u64);
Result<void> fill_block(SysfsDirectory& directory,
                        u64 depth); // block/, class/block: links, `depth` levels below the root
Result<void> fill_block_numbers(SysfsDirectory& directory, u64);
Result<void> fill_virtual_block(SysfsDirectory& directory, u64);
Result<void> fill_virtual(SysfsDirectory& directory, u64);    // devices/virtual
Result<void> fill_platform(SysfsDirectory& directory, u64);   // devices/platform
Result<void> fill_system(SysfsDirectory& directory, u64);     // devices/system, processor_tree.cpp
Result<void> fill_kernel(SysfsDirectory& directory, u64);     // kernel_tree.cpp

/// A set of bits as sysfs shows masks: hexadecimal in groups of 32 bits.
void print_bit_mask(TextBuffer& text, u64 bits);

} // namespace martlet
