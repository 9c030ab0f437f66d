#!/usr/bin/python3
"""Makes keyboard layouts from Debian's xkb-data, by ckbcomp of its package console-setup.

    make_keymaps.py kernel OUTPUT.cpp    the kernel's first layout (us) with everything that is no character key, and the
                                         pairs that dead keys and Compose join
    make_keymaps.py files FOLDER         the layouts of LAYOUTS as FOLDER/NAME.kmap (keymaps(5)), for loadkeys

xkb-data's layouts are free software (MIT and similar, see /usr/share/doc/xkb-data/copyright). A layout file holds the
character keys only: plain, Shift, AltGr and both from xkb-data; what Control and Alt make of them follows from these.
"""
import os
import subprocess
import sys
import unicodedata

LAYOUTS = {"us": ["us"], "uk": ["gb"], "de": ["de"], "fr": ["fr"], "es": ["es"], "it": ["it"],
           "pt-br": ["br", "-model", "abnt2"], "se": ["se"], "jp": ["jp", "-model", "jp106"],
           "dvorak": ["us", "-variant", "dvorak"]}
CHARACTER_KEYS = [*range(2, 14), *range(16, 28), *range(30, 42), *range(43, 54), 57, 86, 89, 124]
ALTGR_KEY = 100
# Sets of modifiers that have a table: Shift 1, AltGr 2, Control 4, Alt 8.
TABLES = [0, 1, 2, 3, 4, 5, 6, 8, 9, 12]
LATIN, FUNCTION, SPECIAL, PAD, DEAD, CONSOLE, CURSOR, SHIFT, META, ASCII, LETTER = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11
VOID, ENTER, COMPOSE = 0x200, 0x201, 0x20E
DEAD_NAMES = ["grave", "acute", "circumflex", "tilde", "diaeresis", "cedilla", "macron", "breve", "abovedot", "abovering",
              "doubleacute", "caron", "ogonek", "iota", "voiced_sound", "semivoiced_sound", "belowdot", "hook", "horn",
              "stroke", "abovecomma", "abovereversedcomma", "doublegrave", "invertedbreve", "belowcomma", "currency", "greek"]
DEAD_CHARACTERS = "`'^~\",_U.*=cki#o!?+-)(:n;$@"
NAMES = {"VoidSymbol": VOID, "Return": ENTER, "Show_Registers": 0x202, "Show_Memory": 0x203, "Show_State": 0x204,
         "Break": 0x205, "Last_Console": 0x206, "Caps_Lock": 0x207, "CtrlL_Lock": 0x207, "Num_Lock": 0x208, "Scroll_Lock": 0x209,
         "Scroll_Forward": 0x20A, "Scroll_Backward": 0x20B, "Boot": 0x20C, "Compose": COMPOSE, "Decr_Console": 0x210,
         "Incr_Console": 0x211, "KeyboardSignal": 0x212, "KP_Add": 0x30A, "KP_Subtract": 0x30B, "KP_Multiply": 0x30C,
         "KP_Divide": 0x30D, "KP_Enter": 0x30E, "KP_Comma": 0x30F, "KP_Period": 0x310, "Down": 0x600, "Left": 0x601,
         "Right": 0x602, "Up": 0x603, "Shift": 0x700, "AltGr": 0x701, "Control": 0x702, "Alt": 0x703, "Home": 0x114,
         "Insert": 0x115, "Remove": 0x116, "End": 0x117, "Prior": 0x118, "Next": 0x119, "Pause": 0x11D, "Escape": 27,
         "Delete": 127, "BackSpace": 8, "Tab": 9, "Linefeed": 10, "nul": 0, "Control_backslash": 28,
         "Control_bracketright": 29, "Control_asciicircum": 30, "Control_underscore": 31}
# Cursor and editing keys send xterm's form with modifiers, as function strings from this one on: six for each key.
FIRST_MODIFIED, MODIFIED_TABLES = 186, [1, 4, 5, 8, 9, 12]
MODIFIED_KEYS = [103, 108, 106, 105, 102, 110, 111, 107, 104, 109]
BACK_TAB_STRING, TAB_KEY, MENU_KEY = 246, 15, 127


def symbol(name):
    """The number of a key symbol, as ioctl_console(2) has it."""
    if name in NAMES:
        return NAMES[name]
    if name.startswith("Meta_"):
        return META << 8 | symbol(name[5:]) & 0xFF if len(name) != 6 else META << 8 | ord(name[5])
    if name.startswith("Control_") and len(name) == 9:
        return ord(name[8]) & 0x1F
    if name.startswith("dead_"):
        plain = name[5:]
        plain = plain[1:] if plain not in DEAD_NAMES else plain
        return DEAD << 8 | DEAD_NAMES.index(plain) if plain in DEAD_NAMES else VOID
    letter = name.startswith("+")
    if name.lstrip("+").startswith("U+"):
        code = int(name.lstrip("+")[2:], 16)
        if code > 0xFFFF or 0xF000 <= code:
            return VOID
        if letter and code < 0x100:
            return LETTER << 8 | code
        return code if code < 0x80 else code ^ 0xF000
    head, _, number = name.partition("_")
    if head in ("KP", "Ascii", "Hex", "Console"):
        value = int(number, 16) if head == "Hex" else int(number)
        return {"KP": PAD << 8 | value, "Ascii": ASCII << 8 | value, "Hex": ASCII << 8 | 10 + value,
                "Console": CONSOLE << 8 | value - 1}[head]
    if name[0] == "F" and name[1:].isdigit():
        number = int(name[1:])
        return FUNCTION << 8 | (number - 1 if number <= 20 else number + 9)
    return VOID


def compile_layout(options):
    """Key code -> symbols by modifiers, as ckbcomp has them."""
    command = ["ckbcomp", "-layout"] + options
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    layout = {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["keycode"] and words[2] == "=":
            layout[int(words[1])] = [symbol(name) if not name.startswith("Meta_") or len(name) == 6 else VOID
                                     for name in words[3:19]]
    return layout


def character_of(value):
    """The Unicode character of a symbol, or None."""
    if value >> 8 in (LATIN, LETTER):
        return value & 0xFF
    return value ^ 0xF000 if value >= 0x1000 else None


def control_of(value):
    character = character_of(value)
    if character is None or character > 0x7F:
        return VOID
    text = chr(character)
    if text == ".":
        return COMPOSE
    if "a" <= text <= "z" or "@" <= text <= "_":
        return character & 0x1F
    for characters, result in ((" 2`", 0), ("3", 27), ("4", 28), ("5", 29), ("6~", 30), ("7/-", 31), ("8?", 127)):
        if text in characters:
            return result
    return VOID


def meta_of(value):
    character = character_of(value)
    return META << 8 | character if character is not None and character < 0x80 else VOID


def columns_of(symbols):
    """The symbols of a character key by table, from its first four."""
    plain, shift, altgr, shift_altgr = symbols[:4]
    control = control_of(plain)
    return {0: plain, 1: shift, 2: altgr, 3: shift_altgr, 4: control, 5: control_of(shift), 6: control_of(altgr),
            8: meta_of(plain), 9: meta_of(shift), 12: meta_of(control)}


def is_simple_letter(columns):
    """Whether keymaps(5)'s "keycode N = a" fills the key just so, but for AltGr."""
    character = columns[0] & 0xFF
    return columns[0] >> 8 == LETTER and ord("a") <= character <= ord("z") and columns[1] == LETTER << 8 | character - 32


def text_of(value):
    if value >> 8 == DEAD:
        return "dead_" + DEAD_NAMES[value & 0xFF]
    names = {COMPOSE: "Compose", 0x701: "AltGr", 0x703: "Alt", 0: "nul"}
    if value in names:
        return names[value]
    character = character_of(value)
    if character is None:
        return f"0x{value:04x}"
    return ("+" if value >> 8 == LETTER else "") + f"U+{character:04x}"


def write_file(folder, name, layout):
    lines = [f"# {name}: made from Debian's xkb-data (see /usr/share/doc/xkb-data/copyright there).", "keymaps 0-6,8-9,12"]
    for key in CHARACTER_KEYS:
        if key not in layout:
            continue
        columns = columns_of(layout[key])
        if is_simple_letter(columns):
            lines.append(f"keycode {key} = {chr(columns[0] & 0xFF)}")
            for prefix, table in (("altgr", 2), ("shift altgr", 3)):
                if columns[table] != columns[table - 2]:
                    lines.append(f"{prefix} keycode {key} = {text_of(columns[table])}")
            continue
        lines.append(f"keycode {key} = " + " ".join(text_of(columns[table]) for table in TABLES))
    name_of_alternate = text_of(layout[ALTGR_KEY][0])
    lines.append(f"keycode {ALTGR_KEY} = " + " ".join([name_of_alternate] * len(TABLES)))
    with open(os.path.join(folder, name + ".kmap"), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def default_tables():
    layout = compile_layout(LAYOUTS["us"])
    tables = {table: [VOID] * 128 for table in TABLES}
    for key, symbols in layout.items():
        if key >= 128:
            continue
        if key in CHARACTER_KEYS:
            columns = columns_of(symbols)
            for table in (2, 3, 6):  # this layout has no AltGr
                columns[table] = VOID
            columns.update({2: columns[0], 3: columns[1], 6: columns[4]})
        else:
            columns = dict(enumerate(symbols))
        for table in TABLES:
            tables[table][key] = columns[table]
    for index, key in enumerate(MODIFIED_KEYS):
        for place, table in enumerate(MODIFIED_TABLES):
            if tables[table][key] == tables[0][key]:
                tables[table][key] = FUNCTION << 8 | FIRST_MODIFIED + 6 * index + place
    for table in TABLES:
        tables[table][MENU_KEY] = COMPOSE
        tables[table][28] = ENTER if table < 8 else META << 8 | 13
        tables[table][14] = {4: 8, 8: META << 8 | 127, 12: META << 8 | 8}.get(table, 127)
        tables[table][1] = 27
    tables[1][TAB_KEY] = FUNCTION << 8 | BACK_TAB_STRING
    return tables


COMBINING = {0x300: "`", 0x301: "'", 0x302: "^", 0x303: "~", 0x308: '"', 0x327: ",", 0x304: "_", 0x306: "U", 0x307: ".",
             0x30A: "*", 0x30B: "=", 0x30C: "c", 0x328: "k"}
PAIRS = ("AEÆ aeæ AAÅ aaå O/Ø o/ø /OØ /oø ssß DHÐ dhð THÞ thþ OEŒ oeœ <<« >>» !!¡ ??¿ OC© oc© OR® or® SO§ so§ P!¶ oo° +-± "
         "12½ 14¼ 34¾ ^1¹ ^2² ^3³ xx× :-÷ -:÷ C=€ c=€ =C€ Y=¥ L-£ l-£ c/¢ c|¢ muµ .^· |c¢ _aª _oº L/Ł l/ł /LŁ /lł -DĐ -dđ "
         "..… ijĳ IJĲ").split()


def accents():
    """(mark, base, result): what a dead key or Compose joins, by Unicode's canonical decompositions."""
    found = {}
    for code in range(0xC0, 0x180):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and int(parts[1], 16) in COMBINING and int(parts[0], 16) < 0x80:
            found[COMBINING[int(parts[1], 16)], chr(int(parts[0], 16))] = chr(code)
    for pair in PAIRS:
        found.setdefault((pair[0], pair[1]), pair[2])
    assert len(found) <= 256, len(found)
    return sorted(found.items())


def write_kernel(path):
    tables = default_tables()
    with open(path, "w", encoding="ascii") as file:
        write = file.write
        write("// Generated by scripts/make_keymaps.py from Debian's xkb-data.\n")
        write('#include "dev/input/keymap.h"\n\nnamespace martlet {\n\n')
        write(f"const u8 default_table_numbers[kDefaultTables] = {{{', '.join(map(str, TABLES))}}};\n\n")
        write("const u16 default_tables[kDefaultTables][kDefaultKeys] = {\n")
        for table in TABLES:
            values = [f"0x{value ^ 0xF000:04x}" for value in tables[table]]
            write("    {" + ",\n     ".join(", ".join(values[start : start + 12]) for start in range(0, 128, 12)) + "},\n")
        write("};\n\nconst Accent default_accents[] = {\n")
        entries = [f"{{0x{ord(mark):x}, 0x{ord(base):x}, 0x{ord(result):x}}}" for (mark, base), result in accents()]
        for start in range(0, len(entries), 6):
            write("    " + ", ".join(entries[start : start + 6]) + ",\n")
        write(f"}};\nconst u32 default_accent_count = {len(entries)};\n\n")
        codes = ", ".join(f"0x{ord(character):x}" for character in DEAD_CHARACTERS)
        write(f"const u8 dead_characters[kDeadKeys] = {{{codes}}};\n\n}} // namespace martlet\n")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("kernel", "files"):
        sys.exit(__doc__)
    if sys.argv[1] == "kernel":
        return write_kernel(sys.argv[2])
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, options in LAYOUTS.items():
        write_file(sys.argv[2], name, compile_layout(options))


if __name__ == "__main__":
    main()
