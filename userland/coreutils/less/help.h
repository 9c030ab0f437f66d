// The commands of less, as its manual page and its h tell them.
#pragma once

namespace coreutils::less {

inline constexpr const char* kHelp =
    "  SPACE f ^F  forward one screen            b ^B ESC-v  backward one screen\n"
    "  RETURN j e  forward one line              k y  ^Y     backward one line\n"
    "  d ^D        forward half a screen         u ^U        backward half a screen\n"
    "  g <  G >    first, last line (or line N)  p %         N percent into the file\n"
    "  LEFT RIGHT  sideways                      F           wait for more (as tail -f)\n"
    "  /RE  ?RE    search forward, backward      n N         search again, the other way\n"
    "  &RE         show only lines that match    ESC-u       highlighting on or off\n"
    "  mX 'X ''    set a mark, go to it, go back v           edit the file ($EDITOR or vi)\n"
    "  :n :p :x    next, previous, first file    :e FILE     another file\n"
    "  :d          take the file off the list    = ^G :f     where we are\n"
    "  -X          change option X               !COMMAND    run a command\n"
    "  r ^L        paint the screen again        q           quit\n";

} // namespace coreutils::less
