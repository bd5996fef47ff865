# Names the code that BareFlow compiles while it runs, as soon as it is installed.
#
# The engine calls bareflow_code_installed(address, length, name, name's length) after each
# installation. For each, gdb gets an ELF file with that one symbol.

import os
import struct

import gdb

folder = os.environ["BAREFLOW_GDB_FOLDER"]
known = {}  # address: (length, file)


def elf(name, address, length):
    """An ELF file with one function at its final address, and no bytes of it."""
    strings = b"\0.text\0.symtab\0.strtab\0"
    names = b"\0" + name.encode() + b"\0"
    symbols = bytes(24) + struct.pack("<IBBHQQ", 1, 0x12, 0, 1, address, length)
    at_names = 64
    at_symbols = (at_names + len(names) + 7) & ~7
    at_strings = at_symbols + len(symbols)
    at_sections = (at_strings + len(strings) + 7) & ~7

    def section(name, kind, flags, addr, offset, size, link=0, info=0, align=1, entry=0):
        return struct.pack(
            "<IIQQQQIIQQ", name, kind, flags, addr, offset, size, link, info, align, entry
        )

    sections = section(0, 0, 0, 0, 0, 0)
    sections += section(1, 8, 6, address, at_names, length, align=16)
    sections += section(7, 2, 0, 0, at_symbols, len(symbols), link=3, info=1, align=8, entry=24)
    sections += section(15, 3, 0, 0, at_names, len(names))
    sections += section(15, 3, 0, 0, at_strings, len(strings))
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, at_sections, 0, 64, 56, 0, 64, 5, 4
    )
    body = header + names
    body = body.ljust(at_symbols, b"\0") + symbols + strings
    return body.ljust(at_sections, b"\0") + sections


def forget(address, length):
    """Code whose memory something else has now."""
    for start in [s for s, (n, _) in known.items() if s < address + length and address < s + n]:
        gdb.execute("remove-symbol-file -a %#x" % start, to_string=True)
        os.unlink(known.pop(start)[1])


class Installed(gdb.Breakpoint):
    def stop(self):
        value = lambda register: int(gdb.parse_and_eval("(unsigned long) $" + register))
        address, length = value("rdi"), value("rsi")
        memory = gdb.selected_inferior().read_memory(value("rdx"), value("rcx"))
        name = bytes(memory).decode("utf-8", "replace")
        forget(address, length)
        path = os.path.join(folder, "%x.elf" % address)
        with open(path, "wb") as file:
            file.write(elf(name, address, length))
        gdb.execute("add-symbol-file %s" % path, to_string=True)
        known[address] = (length, path)
        return False


Installed("bareflow_code_installed", internal=True)
