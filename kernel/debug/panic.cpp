// The end: says what, where and who on every console, then stops, reboots (panic=N) or leaves the emulator.
#include "debug/panic.h"

#include <stdarg.h>

#include <atomic>

#include "arch/cpu.h"
#include "arch/machine.h"
#include "arch/smp.h"
#include "base/format.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "debug/backtrace.h"
#include "debug/log_setup.h"
#include "sched/thread.h"
#include "time/clock.h"

namespace martlet {
namespace {

std::atomic<u32> g_panics = 0;
std::atomic<Cpu*> g_panicking_cpu = nullptr; // the first to panic; the others stop
void (*g_describe)(std::span<char>) = nullptr;

void print(const char* format, ...) __attribute__((format(printf, 1, 2)));
void print(const char* format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    format_arguments(line, format, arguments);
    va_end(arguments);
    write_on_every_console(line);
}

unsigned long long wide(u64 value) { return value; }

void print_registers(const TrapFrame& frame) {
    // Three to a line: that fits a text screen.
    print("  rip %016llx  rsp %016llx  rbp %016llx\n", wide(frame.rip), wide(frame.rsp), wide(frame.rbp));
    print("  rax %016llx  rbx %016llx  rcx %016llx\n", wide(frame.rax), wide(frame.rbx), wide(frame.rcx));
    print("  rdx %016llx  rsi %016llx  rdi %016llx\n", wide(frame.rdx), wide(frame.rsi), wide(frame.rdi));
    print("  r8  %016llx  r9  %016llx  r10 %016llx\n", wide(frame.r8), wide(frame.r9), wide(frame.r10));
    print("  r11 %016llx  r12 %016llx  r13 %016llx\n", wide(frame.r11), wide(frame.r12), wide(frame.r13));
    print("  r14 %016llx  r15 %016llx  flags %06llx cs %02llx\n", wide(frame.r14), wide(frame.r15),
          wide(frame.rflags), wide(frame.cs));
}

void print_frame(void*, u64 address, const SymbolMatch* symbol) {
    if (symbol) {
        print("  %016llx  %.*s+%#llx\n", wide(address), static_cast<int>(symbol->name.size()),
              symbol->name.data(), wide(symbol->offset));
    } else {
        print("  %016llx\n", wide(address));
    }
}

/// panic=N: reboot after N seconds, at once if negative, never if 0 (the default). martlet.exit_on_panic: leave QEMU.
[[noreturn]] void stop_machine() {
    if (command_line_option("martlet.exit_on_panic")) machine_debug_exit(0x7f);
    std::optional<std::string_view> option = command_line_option("panic");
    if (option && !option->empty() && *option != "0") {
        bool at_once = option->starts_with('-');
        u64 seconds = at_once ? 0 : parse_number(*option).value_or(0);
        print("Rebooting in %llu seconds.\n", wide(seconds));
        u64 start_ns = monotonic_ns();
        while (monotonic_ns() - start_ns < seconds * kNanosecondsPerSecond) cpu_relax();
        if (at_once || seconds != 0) machine_reboot();
    }
    cpu_stop();
}

[[noreturn]] void panic_with(const TrapFrame* frame, u64 caller, u64 frame_pointer, const char* message) {
    irq_disable();
    Cpu& cpu = this_cpu();
    Cpu* owner = nullptr;
    if (!g_panicking_cpu.compare_exchange_strong(owner, &cpu) && owner != &cpu)
        cpu_stop(); // another CPU tells its story
    u32 depth = g_panics.fetch_add(1);
    if (depth >= 2) cpu_stop(); // the report of a panic in a panic failed as well
    if (depth == 0) {
        stop_other_cpus();
        flush_log_in_panic();
    }
    print("\n%s: %s\n", depth == 0 ? "Kernel panic" : "Panic while panicking", message);
    if (const Thread* thread = cpu.current) {
        print("CPU %u, thread \"%.*s\"%s\n", cpu.id, static_cast<int>(thread->name().size()), thread->name().data(),
              cpu.interrupt_depth > 0 ? ", in an interrupt" : "");
    } else {
        print("CPU %u, before the first thread\n", cpu.id);
    }
    if (g_describe && cpu.current && depth == 0) {
        char text[160] = {};
        g_describe(text);
        if (text[0] != '\0') print("%s\n", text);
    }
    if (frame) print_registers(*frame);
    print("Backtrace:\n");
    if (frame && !frame->from_user()) {
        // A call to nowhere has left only its return address, on top of the stack.
        if (!find_kernel_symbol(frame->rip) && is_stack_address(frame->rsp)) {
            print_frame(nullptr, frame->rip, nullptr);
            walk_stack(*reinterpret_cast<const u64*>(frame->rsp), frame->rbp, print_frame, nullptr);
        } else {
            walk_stack(frame->rip, frame->rbp, print_frame, nullptr);
        }
    } else if (!frame) {
        walk_stack(caller, frame_pointer, print_frame, nullptr);
    }
    if (frame && frame->from_user() && cpu.current) print("  (user mode at %016llx)\n", wide(frame->rip));
    stop_machine();
}

u64 saved_frame_pointer(const void* frame) { return *static_cast<const u64*>(frame); }

} // namespace

void set_panic_describer(void (*describe)(std::span<char>)) { g_describe = describe; }

bool is_panicking() { return g_panics.load(std::memory_order_relaxed) != 0; }

void panic(const char* format, ...) {
    irq_disable();
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    format_arguments(message, format, arguments);
    va_end(arguments);
    panic_with(nullptr, reinterpret_cast<u64>(__builtin_return_address(0)),
               saved_frame_pointer(__builtin_frame_address(0)), message);
}

void panic_in_trap(const TrapFrame& frame, const char* format, ...) {
    irq_disable();
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    format_arguments(message, format, arguments);
    va_end(arguments);
    panic_with(&frame, 0, 0, message);
}

} // namespace martlet
