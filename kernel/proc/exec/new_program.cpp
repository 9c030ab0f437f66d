#include "proc/exec/new_program.h"

#include <algorithm>

#include "base/random.h"
#include "base/setting.h"
#include "proc/exec/vdso.h"
#include "proc/process.h"
#include "proc/trace/tracing.h"
#include "vfs/fs_context.h"
#include "vfs/inode.h"
#include "vfs/io_cursor.h"
#include "vfs/mount.h"
#include "vfs/open.h"
#include "vfs/path_walk.h"
#include "vfs/permission.h"

namespace martlet {

namespace {

constexpr u32 kPersonalityNoRandomize = 0x0040000;
constexpr u64 kProgramBase = 0x5555'5555'4000; // two thirds up, as Linux: room for break above and mmap below the stack
constexpr u64 kStackRandomBytes = 16 * kGiB, kMapRandomBytes = 1ull << 40, kBreakRandomBytes = 32 * kMiB;
constexpr u64 kInitialStackRoom = 128 * kKiB;
constexpr int kMaximumScriptDepth = 5;

/// 0: nothing is moved about; 1 and 2 both move everything, the break too.
constinit Setting randomize_va_space("sys/kernel/randomize_va_space", 2, 0, 2);
REGISTER_SETTING(randomize_va_space);

u64 random_below(u64 bytes, bool randomises) { return randomises ? random_u64() % bytes & ~(kPageSize - 1) : 0; }

/// execve(2), "Limits on size of arguments and environment".
u64 argument_limit() {
    u64 quarter_of_stack = current_limit(Resource::Stack) / 4;
    return std::max<u64>(std::min<u64>(quarter_of_stack, 6 * kMiB), 128 * kKiB);
}

std::string_view last_component(std::string_view path) {
    usize slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<usize> read_head(File& file, std::span<u8> head) {
    IoCursor cursor = IoCursor::kernel(head.data(), head.size());
    return file.read(cursor, 0);
}

} // namespace

Result<void> NewProgram::write(u64 address, std::span<const u8> bytes) {
    usize count = TRY(space->write_memory(address, bytes));
    if (count != bytes.size()) return Error(Errno::ENOMEM);
    return {};
}

Result<void> NewProgram::prepare(const ExecRequest& request) {
    TRY(open_program(request.program, request.walk_flags));
    name = TRY(String::create(last_component(request.display_name)));
    interpreter_name_ = TRY(String::create(request.display_name));
    TRY(create_space());
    TRY(place_vdso());
    TRY(push_strings(request));
    TRY(follow_scripts(request));
    TRY(choose_credentials());
    TRY(load());
    TRY(push_vectors());
    return trim_stack();
}

/// A program that its user may run but not read must not be read through its memory either.
Result<void> NewProgram::open_program(const NameAt& at, u32 walk_flags) {
    file = TRY(open_executable(at, walk_flags));
    if (!check_permission(*file->inode(), kMayRead, current_task().credentials())) is_unreadable = true;
    return {};
}

Result<void> NewProgram::create_space() {
    randomises_ = randomize_va_space.get() != 0 && !(current_process().personality.load() & kPersonalityNoRandomize);
    scratch_.reset(new (std::nothrow) u8[kPageSize]);
    if (!scratch_) return Error(Errno::ENOMEM);
    space = TRY(AddressSpace::create());
    if (AddressSpace* old = current_task().address_space())
        space->refuses_large_pages = old->refuses_large_pages.load();
    stack_top_ = kUserEnd - random_below(kStackRandomBytes, randomises_);
    u64 limit = argument_limit();
    stack_low_ = align_down(stack_top_ - limit - kInitialStackRoom - 2 * kPageSize, kPageSize);
    // Below the stack's room to grow: between 128 MiB and five sixths of everything (as Linux).
    u64 gap = std::clamp<u64>(current_limit(Resource::Stack), 128 * kMiB, kUserEnd / 6 * 5);
    space->set_map_base(align_down(stack_top_ - gap - 2 * kMiB, kPageSize) -
                        random_below(kMapRandomBytes, randomises_));
    TRY(space->map({.address = stack_low_,
                    .size_bytes = stack_top_ - stack_low_,
                    .protection = kProtRead | kProtWrite,
                    .flags = kMapPrivate | kMapAnonymous | kMapFixed | kMapGrowsDown | kMapStack,
                    .file = nullptr,
                    .object = nullptr},
                   {}));
    stack_ = TRY(make_own<ArgumentStack>(*this, stack_top_, limit, std::span<u8, 4096>(scratch_.get(), kPageSize)));
    return {};
}

/// Above the stack, in the same leaf table where that has room, else where mmap chooses.
Result<void> NewProgram::place_vdso() {
    u64 table_end = std::min(align_up(stack_top_, kLargePageSize), kUserEnd);
    u64 room = table_end - stack_top_;
    u64 hint = 0;
    if (room >= vdso_size_bytes()) hint = stack_top_ + random_below(room - vdso_size_bytes() + kPageSize, randomises_);
    vdso_ = TRY(map_vdso(*space, hint));
    return {};
}

Result<void> NewProgram::push_strings(const ExecRequest& request) {
    static constexpr u8 kZeros[8] = {};
    TRY(stack_->push(kZeros));
    TRY(stack_->push_string(request.display_name));
    file_name_address_ = stack_->position();
    usize argument_count = TRY(request.arguments.count());
    usize environment_count = TRY(request.environment.count());
    auto push_all = [&](StringSource& source, usize count, Vector<u32>& sizes) -> Result<void> {
        TRY(sizes.reserve(count + 1));
        for (usize index = count; index-- > 0;) {
            TRY(stack_->reserve_pointer());
            TRY(sizes.push_back(static_cast<u32>(TRY(source.push(index, *stack_)))));
        }
        return {};
    };
    TRY(push_all(request.environment, environment_count, environment_sizes_));
    TRY(push_all(request.arguments, argument_count, argument_sizes_));
    // A program always gets a name, even if the caller gave none.
    if (argument_count == 0) {
        TRY(stack_->reserve_pointer());
        TRY(stack_->push_string(""));
        TRY(argument_sizes_.push_back(1));
    }
    return {};
}

Result<void> NewProgram::follow_scripts(const ExecRequest& request) {
    for (int depth = 0;; ++depth) {
        if (depth > kMaximumScriptDepth) return Error(Errno::ELOOP);
        head_size_ = TRY(read_head(*file, head_));
        auto script = TRY(parse_script_line({reinterpret_cast<const char*>(head_), head_size_}));
        if (!script) return {};
        if (request.is_name_lost) return Error(Errno::ENOENT);
        TRY(replace_by_interpreter(*script, request));
    }
}

/// argv becomes: interpreter, its argument if there is one, the script's name, the rest of the old argv.
Result<void> NewProgram::replace_by_interpreter(const ScriptLine& script, const ExecRequest& request) {
    stack_->drop(argument_sizes_.back());
    argument_sizes_.pop_back();
    auto push = [this](std::string_view text) -> Result<void> {
        TRY(stack_->reserve_pointer());
        TRY(stack_->push_string(text));
        return argument_sizes_.push_back(static_cast<u32>(text.size() + 1));
    };
    TRY(push(interpreter_name_));
    if (script.has_argument) TRY(push(script.argument));
    TRY(push(script.interpreter));
    interpreter_name_ = TRY(String::create(script.interpreter));
    return open_program({.start = Path(), .name = interpreter_name_}, kWalkFollow);
}

Result<void> NewProgram::load() {
    image_ = TRY(read_elf_image(*file, {head_, head_size_}));
    u64 base = kProgramBase + random_below(kMapRandomBytes, randomises_);
    program_ = TRY(load_elf_image(*space, *file, image_, base, true));
    entry = program_.entry;
    space->layout.break_start =
        program_.end + random_below(kBreakRandomBytes, randomises_ && randomize_va_space.get() > 1);
    if (image_.interpreter_size != 0) {
        LoadedImage interpreter = TRY(load_interpreter(image_));
        entry = interpreter.entry;
        interpreter_base_ = interpreter.bias;
    }
    if (entry >= kUserEnd) return Error(Errno::ENOEXEC);
    if (image_.wants_executable_stack)
        TRY(space->protect(stack_low_, stack_top_ - stack_low_, kProtRead | kProtWrite | kProtExec));
    return {};
}

Result<LoadedImage> NewProgram::load_interpreter(const ElfImage& image) {
    Vector<u8> path;
    TRY(path.resize(image.interpreter_size));
    IoCursor cursor = IoCursor::kernel(path.data(), path.size());
    if (TRY(file->read(cursor, image.interpreter_offset)) != path.size() || path.back() != 0)
        return Error(Errno::ENOEXEC);
    std::string_view interpreter_path(reinterpret_cast<const char*>(path.data()));
    Ref<File> interpreter = TRY(open_executable({.start = Path(), .name = interpreter_path}, kWalkFollow));
    if (!check_permission(*interpreter->inode(), kMayRead, current_task().credentials())) is_unreadable = true;
    u8 head[kExecHeadSize];
    usize size = TRY(read_head(*interpreter, head));
    Result<ElfImage> parsed = read_elf_image(*interpreter, {head, size});
    if (!parsed) return Error(parsed.error() == Errno::ENOEXEC ? Errno::ELIBBAD : parsed.error());
    return load_elf_image(*space, *interpreter, *parsed, 0, false);
}

namespace {

/// Whether the program file may not give its caller more than it has: its tracer could steal it, another process shares
/// its root and working directory, or it gave up new privileges for ever.
bool refuses_new_privileges(Task& task) {
    if (task.no_new_privileges) return true;
    IrqLockGuard guard(process_tree_lock);
    if (is_traced(task) && !task.tracing->may_trace_privileged) return true;
    return task.fs_context().users.load(std::memory_order_relaxed) > task.process().task_count;
}

} // namespace

/// credentials(7), capabilities(7) "Transformation of capabilities during execve()", for files without capabilities.
Result<void> NewProgram::choose_credentials() {
    Task& task = current_task();
    const Credentials& old = task.credentials();
    Ref<Credentials> next = TRY(old.clone());
    const InodeAttributes& attributes = file->inode()->attributes;
    if (!task.no_new_privileges && !(file->path().mount().flags() & kMountNoSuid)) {
        if (attributes.mode & kModeSetUid) next->effective_uid = attributes.user_id;
        if ((attributes.mode & (kModeSetGid | 010)) == (kModeSetGid | 010)) next->effective_gid = attributes.group_id;
    }
    bool is_root = false, is_effective_root = false;
    if (!(old.securebits & kSecureNoRoot)) {
        is_effective_root = next->effective_uid == 0;
        is_root = is_effective_root || next->real_uid == 0;
    }
    next->permitted = is_root ? old.bounding | old.inheritable : 0;
    bool is_set_id = next->effective_uid != old.real_uid || next->effective_gid != old.real_gid;
    bool gains = is_set_id || (next->permitted & ~old.permitted) != 0;
    if (gains && refuses_new_privileges(task)) {
        if (task.no_new_privileges || !old.has(Capability::SetUid)) {
            next->effective_uid = next->real_uid;
            next->effective_gid = next->real_gid;
        }
        next->permitted &= old.permitted;
    }
    next->saved_uid = next->fs_uid = next->effective_uid;
    next->saved_gid = next->fs_gid = next->effective_gid;
    if (is_set_id) next->ambient = 0;
    next->permitted |= next->ambient;
    next->effective = is_effective_root ? next->permitted : next->ambient;
    next->securebits &= ~kSecureKeepCapabilities;
    is_secure = is_set_id || (next->real_uid != 0 && (is_effective_root || (next->permitted & ~next->ambient) != 0));
    credentials = std::move(next);
    return {};
}

/// Leaves the usual room below the stack pointer; the rest of what was mapped for arguments goes, to grow on demand.
Result<void> NewProgram::trim_stack() {
    u64 low = align_down(stack_pointer - kInitialStackRoom, kPageSize);
    if (low > stack_low_) TRY(space->unmap(stack_low_, low - stack_low_));
    return {};
}

} // namespace martlet
