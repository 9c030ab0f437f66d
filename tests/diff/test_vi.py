"""vi, typed at a pseudo-terminal: each case is a text, the keys, and the text that is then in the file."""
import io
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pexpect
import pytest

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("MARTLET_ROOT", HERE.parent.parent / "build" / "root")).resolve()
ESCAPE, CONTROL_R = "\x1b", "\x12"
# A lone Escape is told from the beginning of a key's sequence by the pause behind it, as in every terminal program.
ESCAPE_SECONDS = 0.2

ENVIRONMENT = {"TERM": "xterm", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def start(arguments, folder, encoding="utf-8", environment=None):
    program = pexpect.spawn(str(ROOT / "bin/coreutils"), ["vi", *arguments], encoding=encoding, timeout=20, echo=False,
                            dimensions=(24, 80), cwd=folder, env={**ENVIRONMENT, **(environment or {})})
    program.delaybeforesend = None
    return program


# (name, text, keys, result); <e> is Escape, <r> Return, <cr> ^R.
CASES = [
    ("insert", "b\n", "ia<e>", "ab\n"),
    ("append", "ab\n", "ax<e>", "axb\n"),
    ("append at the end", "ab\n", "Ax<e>", "abx\n"),
    ("insert at the first nonblank", "  b\n", "Ia<e>", "  ab\n"),
    ("open below and above", "1\n", "o2<e>O3<e>", "1\n3\n2\n"),
    ("insert with a count", "\n", "3ix<e>", "xxx\n"),
    ("insert lines", "ab\n", "lix<r>y<e>", "ax\nyb\n"),
    ("backspace in insert mode", "a\n", "Abc\x7fd<e>", "abd\n"),
    ("erase a word in insert mode", "\n", "ione two\x17x<e>", "one x\n"),
    ("delete a character", "abc\n", "x", "bc\n"),
    ("delete characters", "abcd\n", "2x", "cd\n"),
    ("delete before the cursor", "abc\n", "$X", "ac\n"),
    ("delete a line", "1\n2\n3\n", "jdd", "1\n3\n"),
    ("delete lines", "1\n2\n3\n", "2dd", "3\n"),
    ("delete the last line", "1\n2\n", "Gdd", "1\n"),
    ("delete a word", "one two three\n", "wdw", "one three\n"),
    ("delete the last word of a line", "one two\nthree\n", "wdw", "one \nthree\n"),
    ("delete words", "one two three\n", "2dw", "three\n"),
    ("counts multiply", "1 2 3 4 5 6 7\n", "2d3w", "7\n"),
    ("delete to the end of a word", "one two\n", "de", " two\n"),
    ("delete back", "one two\n", "$db", "one o\n"),
    ("delete to the end", "one two\n", "wD", "one \n"),
    ("delete to the line's start", "one two\n", "wd0", "two\n"),
    ("delete down", "1\n2\n3\n", "dj", "3\n"),
    ("delete to the end of the file", "1\n2\n3\n", "jdG", "1\n"),
    ("delete up to a character", "foo(bar)\n", "dt(", "(bar)\n"),
    ("delete through a character", "foo(bar)\n", "df(", "bar)\n"),
    ("delete to a match", "one two three\n", "d/thr<r>", "three\n"),
    ("delete between brackets", "f(a(b)c) x\n", "ld%", "f x\n"),
    ("change a word", "one two\n", "cwx<e>", "x two\n"),
    ("change a short word", "a b\n", "cwx<e>", "x b\n"),
    ("change words", "one two three\n", "c2wx<e>", "x three\n"),
    ("change a line", "one\ntwo\n", "ccx<e>", "x\ntwo\n"),
    ("change to the end", "one two\n", "wCx<e>", "one x\n"),
    ("substitute characters", "abc\n", "2sx<e>", "xc\n"),
    ("substitute a line", "abc\n", "Sx<e>", "x\n"),
    ("replace a character", "abc\n", "lrx", "axc\n"),
    ("replace characters", "abc\n", "2rx", "xxc\n"),
    ("replace by a line break", "ab cd\n", "2lr<r>", "ab\ncd\n"),
    ("replace mode", "abcdef\n", "Rxy<e>", "xycdef\n"),
    ("replace mode past the end", "ab\n", "Rxyz<e>", "xyz\n"),
    ("yank and put a line", "1\n2\n", "yyp", "1\n1\n2\n"),
    ("put above", "1\n2\n", "jyyP", "1\n2\n2\n"),
    ("put a word", "one two\n", "yw$p", "one twoone \n"),
    ("swap characters", "ab\n", "xp", "ba\n"),
    ("move a line", "1\n2\n3\n", "ddp", "2\n1\n3\n"),
    ("put with a count", "1\n", "yy3p", "1\n1\n1\n1\n"),
    ("named registers", "1\n2\n", "\"ayyj\"byy\"ap\"bp", "1\n2\n1\n2\n"),
    ("append to a register", "1\n2\n", "\"ayyj\"Ayy\"ap", "1\n2\n1\n2\n"),
    ("join", "one\n  two\n", "J", "one two\n"),
    ("join lines", "1\n2\n3\n", "3J", "1 2 3\n"),
    ("join before a parenthesis", "f(a\n)\n", "J", "f(a)\n"),
    ("change case", "aBc\n", "3~", "AbC\n"),
    ("shift right and left", "a\nb\n", ":set sw=4 et<r>2>>j<<", "    a\nb\n"),
    ("undo", "abc\n", "xxu", "bc\n"),
    ("undo everything", "abc\n", "xxuu", "abc\n"),
    ("redo", "abc\n", "xxuu<cr>", "bc\n"),
    ("undo an insertion", "a\n", "Abcd<e>u", "a\n"),
    ("repeat a deletion", "abcd\n", "x.", "cd\n"),
    ("repeat an insertion", "\n", "iab<e>.", "aabb\n"),
    ("repeat a change", "one two three\n", "cwx<e>w.", "x x three\n"),
    ("repeat with a count", "1\n2\n3\n4\n5\n", "dd2.", "4\n5\n"),
    ("goto", "1\n2\n3\n", "2Gx", "1\n\n3\n"),
    ("goto the first line", "1\n2\n3\n", "Gggx", "\n2\n3\n"),
    ("search", "one\ntwo\none\n", "/one<r>x", "one\ntwo\nne\n"),
    ("search again and back", "a1\na2\na3\n", "/a<r>nNx", "a1\n2\na3\n"),
    ("search backwards", "a\nb\na\nb\n", "G?a<r>x", "a\nb\n\nb\n"),
    ("search wraps", "x\na\n", "j/x<r>ix<e>", "xx\na\n"),
    ("search for the word", "foo bar\nfoobar foo\n", "*x", "foo bar\nfoobar oo\n"),
    ("find and repeat", "a,b,c,d\n", "f,;x", "a,bc,d\n"),
    ("find backwards", "a,b,c\n", "$F,x", "a,bc\n"),
    ("marks", "1\n2\n3\n", "jmaG'ax", "1\n\n3\n"),
    ("delete to a mark", "1\n2\n3\n4\n", "jmajd'a", "1\n4\n"),
    ("paragraphs", "a\nb\n\nc\n", "d}", "\nc\n"),
    ("columns", "abcdef\n", "4|x", "abcef\n"),
    ("the column is kept", "abcd\nx\nabcd\n", "3ljjx", "abcd\nx\nabc\n"),
    ("visual deletion", "abcdef\n", "lvlld", "aef\n"),
    ("visual lines", "1\n2\n3\n", "Vjd", "3\n"),
    ("substitute", "aaa\n", ":s/a/b/<r>", "baa\n"),
    ("substitute all", "aaa\naaa\n", ":%s/a/b/g<r>", "bbb\nbbb\n"),
    ("substitute with groups", "ab\n", ":s/\\(a\\)\\(b\\)/\\2\\1&/<r>", "baab\n"),
    ("substitute a line break", "a,b\n", ":s/,/\\r/<r>", "a\nb\n"),
    ("substitute in a range", "a\na\na\n", ":2,3s/a/b/<r>", "a\nb\nb\n"),
    ("global deletion", "1a\n2b\n3a\n", ":g/a/d<r>", "2b\n"),
    ("inverse global", "1a\n2b\n3a\n", ":v/a/d<r>", "1a\n3a\n"),
    ("global substitution", "xa\ny\nxa\n", ":g/x/s/a/b/<r>", "xb\ny\nxb\n"),
    ("move lines", "1\n2\n3\n", ":1m$<r>", "2\n3\n1\n"),
    ("copy lines", "1\n2\n", ":1t.<r>", "1\n1\n2\n"),
    ("delete a range", "1\n2\n3\n4\n", ":2,3d<r>", "1\n4\n"),
    ("relative addresses", "1\n2\n3\n", ":.+1d<r>", "1\n3\n"),
    ("undo a global command", "1a\n2a\n", ":g/a/d<r>u", "1a\n2a\n"),
    ("join by command", "1\n2\n3\n", ":1,3j<r>", "1 2 3\n"),
    ("UTF-8", "äöü\n", "lx", "äü\n"),
    ("insert UTF-8", "a\n", "aß<e>", "aß\n"),
    ("auto-indentation", "  a\n", ":set ai<r>ob<e>", "  a\n  b\n"),
    ("arrows in insert mode", "ab\n", "A\x1b[D\x1b[Dx<e>", "xab\n"),
    ("filter lines", "b\na\nc\n", "!jsort<r>", "a\nb\nc\n"),
    ("filter with a count", "c\nb\na\n", "2!!sort<r>", "b\nc\na\n"),
    ("filter a range", "b\na\n", ":%!sort<r>", "a\nb\n"),
    ("undo a filter", "b\na\n", "!Gsort<r>u", "b\na\n"),
    ("a filter may print nothing", "1\n2\n3\n", ":1,2!true<r>", "3\n"),
    ("read from a command", "1\n", ":r !echo 2<r>", "1\n2\n"),
    ("write to a command", "1\n2\n", ":w !cat<r><r>x", "\n2\n"),
    ("the file's name in a command", "1\n", ":r !basename %<r>", "1\nfile\n"),
    ("record and run a macro", "1\n2\n3\n", "qaA;<e>jq@a", "1;\n2;\n3\n"),
    ("run the macro again", "1\n2\n3\n4\n", "qaA;<e>jq@a@@", "1;\n2;\n3;\n4\n"),
    ("a macro with a count ends where it fails", "1\n2\n3\n", "qaA;<e>jq9@a", "1;\n2;\n3;\n"),
    ("a macro from a line", "dw\none two\n", "\"ayyj@a", "dw\ntwo\n"),
    ("repeat after a macro", "abc\nabcd\n", "qaxq@aj0.", "c\nbcd\n"),
    ("complete a word", "hello help\n\n", "jihel\x0e<e>", "hello help\nhello\n"),
    ("complete with the next word", "hello help\n\n", "jihel\x0e\x0e<e>", "hello help\nhelp\n"),
    ("substitute after asking", "a a a\n", ":s/a/b/gc<r>yny", "b a b\n"),
    ("stop asking", "a\na\na\n", ":%s/a/b/c<r>yq", "b\na\na\n"),
    ("two commands", "a\nb\n", ":s/a/x/|2d<r>", "x\n"),
    ("a bar in a pattern", "a|b\n", ":s/a|b/c/<r>", "c\n"),
    ("marks stay with their lines", "1\n2\n3\n", "GmaggO0<e>'ax", "0\n1\n2\n\n"),
    ("interrupt ends an insertion", "a\n", "ib\x03x", "a\n"),
    ("a long line", "x" * 5000 + "\n", "$x0x", "x" * 4998 + "\n"),
    ("a file without its last newline", "ab", "x", "b\n"),
    ("an empty file", "", "ihello<e>", "hello\n"),
    ("keys right behind Escape", "a\n", "ib\x1bx\x1bA!<e>", "a!\n"),
    ("map", "a b c\n", ":map q dw<r>qq", "c\n"),
    ("map of several keys", "a b c\n", ":map gw dw<r>gwgw", "c\n"),
    ("the longer map counts", "abc\n", ":map gx A1<r>:map gxx A2<r>gxx<e>", "abc2\n"),
    ("a map that begins another stays", "abc\n", ":map gx x<r>:map gxyz A2<r>gxl", "bc\n"),
    ("map a map", "a b c\n", ":map q W<r>:map W dw<r>q", "b c\n"),
    ("a map may contain itself in front", "ab\n", ":map x xiq<r>x<e>", "qb\n"),
    ("a map without an end", "ab\n", ":map x yx<r>:map y xy<r>x<e>A!<e>", "ab!\n"),
    ("a map behind an operator", "a b c\n", ":map q w<r>dq", "b c\n"),
    ("unmap", "abc\n", ":map x dd<r>:unmap x<r>x", "bc\n"),
    ("map in insert mode", "\n", ":map! qq hello<r>iqq q<e>", "hello q\n"),
    ("repeat what a map did", "abcdef\n", ":map q 2x<r>q.", "ef\n"),
    ("abbreviate", "\n", ":ab tx the text<r>itx, ttx tx<e>", "the text, ttx the text\n"),
    ("unabbreviate", "\n", ":ab tx the text<r>:una tx<r>itx <e>", "tx \n"),
    ("sentences", "One. two.  Three!\nFour five?  Six\n", ")x", "One. two.  hree!\nFour five?  Six\n"),
    ("sentences over lines", "One. two.  Three!\nFour five?  Six\n", "2)x", "One. two.  Three!\nour five?  Six\n"),
    ("sentences with a quotation", "Say \"so.\"  Two\n", ")x", "Say \"so.\"  wo\n"),
    ("delete a sentence", "One.  Two.  Three\n", ")d)", "One.  Three\n"),
    ("sentences back", "One.  Two.  Three\n", "$((x", "One.  wo.  Three\n"),
    ("an empty line is a sentence", "one\n\ntwo\n", ")ix<e>", "one\nx\ntwo\n"),
    ("sections", "a\n{\nb\n}\n{\nc\n", "2]]dd", "a\n{\nb\n}\nc\n"),
    ("sections back", "{\na\n{\nb\nc\n", "G[[ix<e>", "{\na\nx{\nb\nc\n"),
    ("sections of roff", "a\n.SH x\nb\n", "]]dd", "a\nb\n"),
    ("paragraphs of roff", "a\n.PP\nb\n", "}dd", "a\nb\n"),
    ("search with an offset", "1\na\n3\n4\n", "/a/+1<r>dd", "1\na\n4\n"),
    ("take back all changes of a line", "abc\nd\n", "xxU", "abc\nd\n"),
    ("take back what was taken back", "abc\n", "xxUU", "c\n"),
    ("deleted lines by number", "1\n2\n3\n", "dddd\"2p", "3\n1\n"),
    ("go through the deleted lines", "1\n2\n3\n4\n", "dddddd\"1pu.u.", "4\n1\n"),
    ("shift in insert mode", "a\n", ":set sw=4 et<r>i\x14b<e>", "    ba\n"),
    ("take the indentation back", "  a\n", ":set ai sw=2<r>ob\x04c<e>", "  a\nbc\n"),
    ("repeat the substitution of a line", "aa\naa\n", ":s/a/b/<r>j:&<r>", "ba\nba\n"),
    ("no wrapping", "x\na\n", "j:set nows<r>/x<r>ix<e>", "x\nxa\n"),
    ("the other file", "12\n", ":e /dev/null<r>:e #<r>x", "2\n"),
    ("selected text over lines", "abc\ndef\nghi\n", "lvjjx", "ai\n"),
    ("a file of one empty line", "\n", "ia<e>u", "\n"),
    ("a text without lines", "a\n", "dd", ""),
    ("an empty line typed into a text without lines", "", "i<r><e>dd", "\n"),
    ("lines that come back", "\n", "ddu", "\n"),
    ("go again without lines", "a\n", "ddu<cr>", ""),
    ("change the inner word", "one two three\n", "wlciwx<e>", "one x three\n"),
    ("delete a word with blanks", "one two three\n", "wdaw", "one three\n"),
    ("delete the last word with blanks", "one two\n", "wdaw", "one\n"),
    ("change a quotation", "f(\"a b\", c)\n", "ci\"x<e>", "f(\"x\", c)\n"),
    ("change an empty quotation", "f('')\n", "ci'x<e>", "f('x')\n"),
    ("delete a quotation", "x 'a' y\n", "da'", "x y\n"),
    ("change in brackets", "f(a, g(b), c)\n", "5|ci(x<e>", "f(x)\n"),
    ("change in inner brackets", "f(a, g(b), c)\n", "8|cibx<e>", "f(a, g(x), c)\n"),
    ("delete a bracket", "a[b[c]d]e\n", "3|da]", "ae\n"),
    ("delete a block's lines", "f {\n  a\n  b\n}\n", "jdiB", "f {\n}\n"),
    ("change empty brackets", "f()\n", "lci(x<e>", "f(x)\n"),
    ("no brackets around", "abc\n", "di(x", "bc\n"),
    ("delete a paragraph", "a\nb\n\nc\n", "dap", "c\n"),
    ("delete an inner paragraph", "a\n\nb\nc\n\nd\n", "2jdip", "a\n\n\nd\n"),
    ("repeat the change of a word", "a b c\n", "ciwx<e>w.", "x x c\n"),
    ("select a word", "one two\n", "wviwd", "one \n"),
    ("select in brackets", "f(ab)\n", "3lvi(d", "f()\n"),
    ("select a paragraph", "a\nb\n\nc\n", "vipd", "\nc\n"),
    ("commands for selected lines", "a\na\na\n", "Vj:s/a/b/<r>", "b\nb\na\n"),
    ("join selected lines", "1\n2\n3\n", "VjjJ", "1 2 3\n"),
    ("case of selected text", "abc äöü\n", "vlUwv$U", "ABc ÄÖÜ\n"),
    ("lower selected lines", "AB\nCd\n", "Vju", "ab\ncd\n"),
    ("put over selected text", "one two\n", "yewviwp", "one one\n"),
    ("change the case of UTF-8", "äß\n", "2~", "Äß\n"),
    ("delete the last paragraph", "a\n\nb\n", "Gdap", "a\n"),
    ("open lines with a count", "a\n", "2ob<r>c<e>", "a\nb\nc\nb\nc\n"),
    ("raise and lower what is put in", "ab cd\n",
     ":s/\\(a.\\) \\(c.\\)/\\u\\1-\\U\\2x\\E-&é\\l\\U&/<r>", "Ab-CDX-ab cdéaB CD\n"),
    ("global moves to the end", "1\n2\n3\n4\n", ":g/[13]/m$<r>", "2\n4\n1\n3\n"),
    ("global turns lines around", "1\n2\n3\n", ":g/^/m0<r>", "3\n2\n1\n"),
    ("global takes lines that are chosen too", "a1\na2\na3\na4\n", ":g/a/.,+1j<r>", "a1 a2\na3 a4\n"),
    ("change the word of an empty line", "a\n\n", "jciwb<e>", "a\nb\n"),
    ("unmap one of several", "abc\n", ":map q x<r>:map W dd<r>:unmap W<r>q", "bc\n"),
]


def edit(text, keys, leave=":wq\r"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, encoding="utf-8")
        program = start([str(path)], folder)
        program.expect_exact("characters" if text else "lines")
        parts = keys.replace("<r>", "\r").replace("<cr>", CONTROL_R).split("<e>")
        for number, part in enumerate(parts):
            program.send(part)
            if number + 1 < len(parts):
                program.send(ESCAPE)
                time.sleep(ESCAPE_SECONDS)
        program.send(leave)
        program.expect(pexpect.EOF)
        program.close()
        return path.read_text(encoding="utf-8"), program.exitstatus


def test_quit_knows_that_a_change_was_taken_back():
    assert edit("a\n", "xu", leave=":q\r") == ("a\n", 0)
    assert edit("ab\n", "x:w\rxu", leave=":q\r") == ("b\n", 0)


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    (tmp_path / "file").write_text("a\x1b[31mb\u009b32mc\n")
    program = start(["file\x1b[33m", "file"], tmp_path)
    program.logfile_read = io.StringIO()
    program.send(":n\r")
    program.expect_exact("a^[[31mb<009b>32mc")
    program.send("/\x16" + ESCAPE)
    time.sleep(ESCAPE_SECONDS)
    program.send("[34m")
    program.expect_exact("/^[\x1b[K[34m")
    program.send("\r:q!\r")
    program.expect(pexpect.EOF)
    assert not [color for color in range(31, 35) if f"\x1b[{color}m" in program.logfile_read.getvalue()]


@pytest.mark.parametrize("text,keys,result", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_keys(text, keys, result):
    assert edit(text, keys) == (result, 0)


def test_quit_refuses_to_lose_changes():
    text, status = edit("a\n", "x:q\r", leave=":q!\r")
    assert (text, status) == ("a\n", 0)


def test_a_hangup_keeps_the_text(tmp_path):
    path = tmp_path / "file"
    path.write_text("a\n")
    program = start(["file"], tmp_path)  # a short name: the message has to fit into the last row
    program.expect_exact("characters")
    program.send("xihello")
    program.expect_exact("hello")
    program.kill(signal.SIGTERM)
    program.expect(pexpect.EOF)
    assert (tmp_path / "file.save").read_text() == "hello\n"
    assert path.read_text() == "a\n"
    program = start(["-r", "file"], tmp_path)
    program.expect_exact("recovered")
    program.send(":wq\r")
    program.expect(pexpect.EOF)
    assert path.read_text() == "hello\n"


EX_CASES = [
    ("1\n2\n", "g/1/s//one/\n$a\nx\ny\n.\n1,$p\nwq\n", "one\n2\nx\ny\n", "one\n2\nx\ny\n"),
    ("b\na\n", "%!sort\nw\nq\n", "a\nb\n", ""),
    ("1\n2\n3\n", "2i\nx\n.\n=\n.=\nx\n", "1\nx\n2\n3\n", "4\n2\n"),
    ("1\n2\n3\n", "1,2c\nz\n.\n1,$#\nx\n", "z\n3\n", "     1  z\n     2  3\n"),
    ("a\tb\n", "1l\n1,1w !wc -l | tr -d ' '\nq\n", "a\tb\n", "a^Ib$\n1\n"),
]


@pytest.mark.parametrize("text,script,result,output", EX_CASES)
def test_ex_scripts(text, script, result, output, tmp_path):
    path = tmp_path / "file"
    path.write_text(text)
    done = subprocess.run([ROOT / "bin/coreutils", "ex", "-s", path], input=script, capture_output=True, text=True,
                          timeout=20)
    assert (path.read_text(), done.stdout, done.stderr, done.returncode) == (result, output, "", 0)


def test_ex_ends_at_an_error(tmp_path):
    path = tmp_path / "file"
    path.write_text("a\n")
    done = subprocess.run([ROOT / "bin/coreutils", "ex", "-s", path], input="s/nosuch/x/\ns/a/b/\nwq\n",
                          capture_output=True, text=True, timeout=20)
    assert (done.returncode, path.read_text(), done.stderr != "") == (1, "a\n", True)


def test_a_key_costs_few_bytes(tmp_path):
    """A terminal may be a slow line: what is painted is what changed."""
    path = tmp_path / "file"
    path.write_text("".join(f"line {number} of a text that is longer than the screen\n" for number in range(200)))
    program = start(["file"], tmp_path, encoding=None)
    program.expect_exact(b"characters")
    program.expect_exact(b"\x1b[1;1H")

    def cost(keys):
        program.send(keys)
        painted = b""
        while not painted or select.select([program.child_fd], [], [], 0.3)[0]:
            painted += program.read_nonblocking(65536, timeout=20)
        return len(painted)

    most = {"j": 20, "w": 12, "i": 40, "a": 12, "b": 12, "\x7f": 12, ESCAPE: 40, "dd": 120, "u": 120, "\x05": 120,
            "~": 80, "G": 1600, "k": 12}
    costs = {keys: cost(keys) for keys in most}
    assert {keys: spent for keys, spent in costs.items() if spent > most[keys]} == {}
    program.send(ESCAPE)
    program.send(":q!\r")
    program.expect(pexpect.EOF)


def test_the_commands_of_the_environment_come_first(tmp_path):
    path = tmp_path / "file"
    path.write_text("a b\n")
    (tmp_path / ".exrc").write_text("map q dw\n")
    for name, value, result in (("EXINIT", "map q x", " b\n"), ("HOME", str(tmp_path), "b\n")):
        path.write_text("a b\n")
        program = start(["file"], tmp_path, environment={name: value})
        program.expect_exact("characters")
        program.send("q:wq\r")
        program.expect(pexpect.EOF)
        assert path.read_text() == result
