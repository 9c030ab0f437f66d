// The first process: made by hand, since there is nobody to fork from, then replaced by its program like any other.
#include <optional>

#include "arch/context.h"
#include "arch/faults.h"
#include "base/format.h"
#include "base/log.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "proc/exec/string_sources.h"
#include "proc/process_group.h"
#include "proc/task_count.h"
#include "mm/frame.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"
#include "vfs/mount.h"
#include "vfs/open.h"
#include "vfs/path_walk.h"

namespace martlet {

namespace {

void open_console(FdTable& files) {
    Result<Ref<File>> console =
        open_file({.start = MountTable::root_path(), .name = "/dev/console"}, {.flags = kOpenReadWrite});
    if (!console) {
        log_warning("the first process starts without /dev/console (error %d)", static_cast<int>(console.error()));
        return;
    }
    for (int descriptor = 0; descriptor < 3; ++descriptor)
        (void)files.install_at(descriptor, {*console}, CloseOnExec::No, 3);
}

Result<void> run(TrapFrame& frame, std::string_view program, KernelStrings& arguments, KernelStrings& environment) {
    TRY(arguments.set_first(program));
    return execute(frame, {.program = {.start = MountTable::root_path(), .name = program},
                           .walk_flags = kWalkFollow,
                           .display_name = program,
                           .is_name_lost = false,
                           .arguments = arguments,
                           .environment = environment});
}

/// The word without its quotes.
Result<String> text_of(const CommandLineWord& word) {
    if (!word.has_value) return String::create(word.name);
    usize size = word.name.size() + 1 + word.value.size();
    auto* text = static_cast<char*>(::operator new(size + 1, std::nothrow));
    if (!text) return Error(Errno::ENOMEM);
    format({text, size + 1}, "%.*s=%.*s", static_cast<int>(word.name.size()), word.name.data(),
           static_cast<int>(word.value.size()), word.value.data());
    return String::adopt(text, size);
}

Result<void> add_word(KernelStrings& strings, const CommandLineWord& word) { return strings.add(TRY(text_of(word))); }

Result<void> set_variable(KernelStrings& environment, const CommandLineWord& word) {
    return environment.set_variable(TRY(text_of(word)), word.name.size());
}

/// What start_kernel of Linux hands to its first program: the words that no part of the kernel knows,
/// `name=value` as environment (a later one replaces an earlier one of that name), others as arguments; all
/// words after "--" as arguments. Words with a dot in their name are somebody's parameters. rdinit= and init=
/// forget the arguments before them.
Result<void> collect_words(KernelStrings& arguments, KernelStrings& environment) {
    TRY(arguments.add(""));
    TRY(environment.add("HOME=/"));
    TRY(environment.add("TERM=linux"));
    CommandLineWords words(command_line());
    while (std::optional<CommandLineWord> word = words.next()) {
        if (word->is_for_init) TRY(add_word(arguments, *word));
        else if (word->name == "init" || word->name == "rdinit") arguments.keep_first(1);
        else if (is_known_kernel_option(*word)) continue;
        else if (word->has_value) TRY(set_variable(environment, *word));
        else TRY(add_word(arguments, *word));
    }
    return {};
}

/// Process 1's kernel side: finds a program that can be executed.
void init_entry(void* argument) {
    Task& task = *static_cast<Task*>(argument);
    open_console(task.files());
    KernelStrings arguments, environment;
    if (!collect_words(arguments, environment)) panic("no memory for the arguments of the first process");

    // rdinit= or /init of the initrd; then, as it is the root file system too, init= or one of the usual names.
    std::optional<std::string_view> first = command_line_option("rdinit");
    Result<void> started = run(user_trap_frame(task), first.value_or("/init"), arguments, environment);
    if (started) enter_user(user_trap_frame(task));
    if (first || started.error() != Errno::ENOENT)
        log_error("%.*s cannot be executed as first program (error %d)",
                  static_cast<int>(first.value_or("/init").size()), first.value_or("/init").data(),
                  static_cast<int>(started.error()));
    if (auto wanted = command_line_option("init")) {
        started = run(user_trap_frame(task), *wanted, arguments, environment);
        if (started) enter_user(user_trap_frame(task));
        panic("the program of init=%.*s cannot be executed (error %d)", static_cast<int>(wanted->size()),
              wanted->data(), static_cast<int>(started.error()));
    }
    for (std::string_view candidate : {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"})
        if (run(user_trap_frame(task), candidate, arguments, environment)) enter_user(user_trap_frame(task));
    panic("no program for the first process: none of /init, /sbin/init, /etc/init, /bin/init, /bin/sh can be executed");
}

Result<Ref<Task>> make_init() {
    Pid* pid = TRY(PidTable::allocate());
    ASSERT(pid->number() == 1);
    Ref<Process> process = TRY(Process::create(*pid));
    Ref<Task> task = TRY(Task::create("init", init_entry, *pid, process));
    Ref<Session> session = TRY(make_ref<Session>());
    Ref<ProcessGroup> group = TRY(make_ref<ProcessGroup>());
    Ref<SignalActions> actions = TRY(SignalActions::create());
    process->limits.set_from_memory(memory_statistics().total_frames);
    task->set_files(TRY(FdTable::create()));
    task->set_fs_context(TRY(FsContext::create(MountTable::root_path(), MountTable::root_path(), 022)));
    Ref<const Credentials> credentials = TRY(create_root_credentials());
    credentials->account->tasks.fetch_add(1, std::memory_order_relaxed);
    task->set_credentials(std::move(credentials));
    count_new_task();

    IrqLockGuard guard(process_tree_lock);
    pid->task = task.get();
    pid->process = process.get();
    group->start_nameless(session);
    group->add(*process);
    process->acquire(); // the tree's reference
    IrqLockGuard signals_guard(process->signals.lock);
    process->signals.actions = std::move(actions);
    process->signals.is_unkillable = true;
    process->tasks.push_back(*task);
    process->task_count = 1;
    process->live_tasks = 1;
    return task;
}

} // namespace

void start_init() {
    Result<Ref<Task>> task = make_init();
    if (!task) panic("the first process cannot be made (error %d)", static_cast<int>(task.error()));
    (*task)->start();
}

} // namespace martlet
