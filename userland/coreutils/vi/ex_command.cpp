#include "vi/ex_command.h"

namespace coreutils::vi {
namespace {

// The commands' names, each with the fewest letters that are enough, the first that fits counting; in the order
// of CommandName.
constexpr std::string_view kNames =
    "write1 wq2 wn2 xit1 exit4 quit1 qa2 edit1 next1 previous4 rewind3 file1 read1 s1 substitute3 g1 "
    "global2 v1 vglobal2 delete1 yank1 put2 join1 move1 copy2 t1 >1 <1 mark2 k1 normal4 =1 print1 "
    "number2 #1 list1 append1 insert1 change1 preserve3 recover3 shell2 chdir3 cd2 set2 undo1 !1 &1 map3 "
    "unmap3 abbreviate2 unabbreviate3 source2 stop2 suspend3 version2 ";

} // namespace

CommandName command_named(std::string_view word) {
    int index = 0;
    for (std::string_view rest = kNames; !rest.empty(); ++index) {
        std::string_view entry = rest.substr(0, rest.find(' '));
        rest.remove_prefix(entry.size() + 1);
        auto least = static_cast<size_t>(entry.back() - '0');
        if (word.size() >= least && word.size() < entry.size() && entry.starts_with(word)) break;
    }
    return static_cast<CommandName>(index);
}

} // namespace coreutils::vi
