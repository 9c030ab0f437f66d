// A program being prepared for execve: its new address space, stack and credentials, before anything is replaced.
#pragma once
#include "base/vector.h"
#include "mm/address_space.h"
#include "proc/credentials.h"
#include "proc/exec/argument_stack.h"
#include "proc/exec/execve.h"
#include "proc/exec/program_loader.h"
#include "proc/exec/script.h"
#include "vfs/file.h"

namespace martlet {

class NewProgram final : public StackSink {
public:
    /// Everything that can fail: opens, reads, checks and maps the program and builds its stack.
    Result<void> prepare(const ExecRequest& request);

    Ref<File> file;
    Ref<AddressSpace> space;
    Ref<const Credentials> credentials;
    String name;      // comm: the last component of the program's (or script's) name
    u64 entry = 0, stack_pointer = 0;
    bool is_secure = false;     // AT_SECURE: the program file gave its caller more than it had
    bool is_unreadable = false; // its caller may execute but not read it

    /// The stack's bytes go into the new address space.
    Result<void> write(u64 address, std::span<const u8> bytes) override;

private:
    Result<void> open_program(const NameAt& at, u32 walk_flags);
    Result<void> create_space();
    Result<void> place_vdso();
    Result<void> push_strings(const ExecRequest& request);
    Result<void> follow_scripts(const ExecRequest& request);
    Result<void> replace_by_interpreter(const ScriptLine& script, const ExecRequest& request);
    Result<void> load();
    Result<LoadedImage> load_interpreter(const ElfImage& image);
    Result<void> choose_credentials();
    Result<void> push_vectors();
    Result<void> push_auxiliary_vector(u64 platform_address, u64 random_address);
    Result<void> push_pointers(const Vector<u32>& sizes, u64 end);
    Result<void> trim_stack();

    Own<u8[]> scratch_;
    Own<ArgumentStack> stack_;
    u64 stack_top_ = 0, stack_low_ = 0;
    u64 vdso_ = 0;
    bool randomises_ = true;
    u8 head_[kExecHeadSize];
    usize head_size_ = 0;
    // Sizes of the strings in the order of pushing: the last one is string 0.
    Vector<u32> argument_sizes_, environment_sizes_;
    u64 file_name_address_ = 0;
    String interpreter_name_; // what a script's interpreter gets as the script's name
    ElfImage image_;
    LoadedImage program_;
    u64 interpreter_base_ = 0;
};

} // namespace martlet
