// Which moves: 32 bytes at a time with AVX, 16 with SSE, string instructions before the extended state is enabled. The
// kernel uses no vector registers elsewhere, so the moves keep the user's value themselves (page_moves.S).
#include "arch/page_moves.h"

#include <string.h>

#include "arch/context.h"
#include "mm/address.h"
#include "sync/preempt.h"

extern "C" {
void clear_page_avx(void* to, const void* from);
void clear_page_sse(void* to, const void* from);
void copy_page_avx(void* to, const void* from);
void copy_page_sse(void* to, const void* from);
}

namespace martlet {
namespace {

using PageMove = void (*)(void* to, const void* from);

void clear_by_words(void* to, const void*) { memset(to, 0, kPageSize); }
void copy_by_words(void* to, const void* from) { memcpy(to, from, kPageSize); }

PageMove g_clear = clear_by_words, g_copy = copy_by_words;

} // namespace

void page_moves_init() {
    constexpr u64 kStateAvx = 4;
    bool has_avx = (fpu_user_area_features() & kStateAvx) != 0;
    g_clear = has_avx ? clear_page_avx : clear_page_sse;
    g_copy = has_avx ? copy_page_avx : copy_page_sse;
}

void clear_page(void* page) {
    PreemptGuard guard;
    g_clear(page, nullptr);
}

void copy_page(void* to, const void* from) {
    PreemptGuard guard;
    g_copy(to, from);
}

} // namespace martlet
