// When anonymous memory is filled by large pages (2 MiB): the policy that
// /sys/kernel/mm/transparent_hugepage/enabled shows and sets, and what it allows a mapping. See Linux's
// "Transparent Hugepage Support".
//
// Always: where the program advised it (madvise MADV_HUGEPAGE) on first touch, elsewhere where it fills
// memory in order, so that memory which is touched here and there does not grow. Advised: only the former.
#pragma once
#include "mm/vma.h"

namespace martlet {

enum class LargePagePolicy : u8 { Always, Advised, Never };
LargePagePolicy large_page_policy();
void set_large_page_policy(LargePagePolicy policy);

/// Whether policy, advice and kind let the mapping have large pages.
bool allows_large_pages(const Vma& vma);

} // namespace martlet
