# Names the code that BareFlow compiles while it runs, as soon as it is installed.
#
# The engine calls bareflow_code_installed(address, length, name, name's length) after each
# installation. For each, gdb gets an ELF file with that one symbol.

import os
import struct

import gdb
import gdb.unwinder

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


def add(name, address, length):
    """Has gdb know a function."""
    path = os.path.join(folder, "%x.elf" % address)
    with open(path, "wb") as file:
        file.write(elf(name, address, length))
    gdb.execute("add-symbol-file %s" % path, to_string=True)
    return path


class Installed(gdb.Breakpoint):
    def stop(self):
        value = lambda register: int(gdb.parse_and_eval("(unsigned long) $" + register))
        address, length = value("rdi"), value("rsi")
        memory = gdb.selected_inferior().read_memory(value("rdx"), value("rcx"))
        name = bytes(memory).decode("utf-8", "replace")
        forget(address, length)
        known[address] = (length, add(name, address, length))
        return False


# Where compiled code lies.
CODE = range(1 << 44, (1 << 44) + (1 << 29))


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Compiled(gdb.unwinder.Unwinder):
    """Compiled code has a frame pointer from its third instruction on.

    While a call is measured, its return address is that of the engine's probe: the caller is
    then shown as that, and its own callers by name again.
    """

    def __init__(self):
        super().__init__("bareflow")
        self.word = gdb.lookup_type("unsigned long")

    def read(self, address):
        return gdb.Value(address).cast(self.word.pointer()).dereference()

    def __call__(self, pending):
        pc, sp, bp = (
            int(pending.read_register(r).cast(self.word)) for r in ("rip", "rsp", "rbp")
        )
        if pc not in CODE:
            return None
        start = next((s for s, (n, _) in known.items() if s <= pc < s + n), pc)
        cfa, saved = {
            start: (sp + 8, gdb.Value(bp).cast(self.word)) if start in known else None,
            start + 1: (sp + 16, self.read(sp)),
        }.get(pc) or (bp + 16, self.read(bp))
        try:
            back = self.read(cfa - 8)
            back.fetch_lazy()
            saved.fetch_lazy()
        except gdb.MemoryError:
            return None
        frame = pending.create_unwind_info(FrameId(gdb.Value(cfa), gdb.Value(start)))
        frame.add_saved_register("rip", back)
        frame.add_saved_register("rbp", saved)
        frame.add_saved_register("rsp", gdb.Value(cfa).cast(self.word))
        return frame


def end_machine():
    """Ends the machine, which may be gone before it has answered."""
    try:
        gdb.execute("kill")
    except gdb.error:
        pass


# The first bytes of code memory: entries that all stubs share, that of measured calls among them.
add("engine_entry", CODE.start, 64)
gdb.unwinder.register_unwinder(None, Compiled())
Installed("bareflow_code_installed", internal=True)
