// The runtime of clang's undefined-behaviour sanitizer (debug kernels): every finding panics with place and kind.
//
// The data layouts are the interface between clang's code generation and its runtime (compiler-rt, ubsan_handlers.h):
// each handler gets a description that starts with the source location, except where noted.
#include "base/assert.h"
#include "base/types.h"

#ifdef MARTLET_DEBUG

namespace {

struct SourceLocation {
    const char* file;
    martlet::u32 line, column;
};

[[noreturn]] void report(const SourceLocation& location, const char* what) {
    martlet::panic("undefined behaviour: %s at %s:%u:%u", what, location.file ? location.file : "?",
                   location.line, location.column);
}

struct TypeDescriptor {
    martlet::u16 kind, info;
    char name[1];
};
struct TypeMismatch {
    SourceLocation location;
    const TypeDescriptor* type;
    martlet::u8 log_alignment, check_kind;
};

} // namespace

#define MARTLET_UBSAN_HANDLER(name, what)                                                                    \
    void __ubsan_handle_##name(const SourceLocation* location) { report(*location, what); }                  \
    void __ubsan_handle_##name##_abort(const SourceLocation* location) { report(*location, what); }

extern "C" {

MARTLET_UBSAN_HANDLER(add_overflow, "signed addition overflows")
MARTLET_UBSAN_HANDLER(sub_overflow, "signed subtraction overflows")
MARTLET_UBSAN_HANDLER(mul_overflow, "signed multiplication overflows")
MARTLET_UBSAN_HANDLER(negate_overflow, "negation overflows")
MARTLET_UBSAN_HANDLER(divrem_overflow, "division by zero or overflow")
MARTLET_UBSAN_HANDLER(shift_out_of_bounds, "shift out of bounds")
MARTLET_UBSAN_HANDLER(out_of_bounds, "index out of bounds")
MARTLET_UBSAN_HANDLER(local_out_of_bounds, "access outside a local object")
MARTLET_UBSAN_HANDLER(builtin_unreachable, "unreachable code reached")
MARTLET_UBSAN_HANDLER(missing_return, "end of a function with a result reached")
MARTLET_UBSAN_HANDLER(vla_bound_not_positive, "array of non-positive size")
MARTLET_UBSAN_HANDLER(load_invalid_value, "load of a value that its type does not have")
MARTLET_UBSAN_HANDLER(nonnull_arg, "null passed where it is forbidden")
MARTLET_UBSAN_HANDLER(pointer_overflow, "pointer arithmetic overflows")
MARTLET_UBSAN_HANDLER(invalid_builtin, "invalid argument of a builtin")
MARTLET_UBSAN_HANDLER(float_cast_overflow, "floating-point conversion overflows")
MARTLET_UBSAN_HANDLER(implicit_conversion, "implicit conversion changes the value")
MARTLET_UBSAN_HANDLER(alignment_assumption, "alignment assumption is wrong")
MARTLET_UBSAN_HANDLER(function_type_mismatch, "call through a pointer of the wrong type")

static void report_type_mismatch(const TypeMismatch& data, martlet::usize pointer) {
    martlet::usize alignment = martlet::usize(1) << data.log_alignment;
    const char* what = pointer == 0                ? "null pointer used"
                       : pointer & (alignment - 1) ? "misaligned pointer used"
                                                   : "object too small for its type";
    martlet::panic("undefined behaviour: %s (%#zx, type %s) at %s:%u:%u", what, pointer,
                   data.type ? data.type->name : "?", data.location.file, data.location.line,
                   data.location.column);
}
void __ubsan_handle_type_mismatch_v1(const TypeMismatch* data, martlet::usize pointer) {
    report_type_mismatch(*data, pointer);
}
void __ubsan_handle_type_mismatch_v1_abort(const TypeMismatch* data, martlet::usize pointer) {
    report_type_mismatch(*data, pointer);
}
// The location of these two is a second argument.
void __ubsan_handle_nonnull_return_v1(const void*, const SourceLocation* location) {
    report(*location, "null returned where it is forbidden");
}
void __ubsan_handle_nonnull_return_v1_abort(const void*, const SourceLocation* location) {
    report(*location, "null returned where it is forbidden");
}

} // extern "C"

#endif
