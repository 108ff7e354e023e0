"""What a WebAssembly module asks of its host: imports.py MODULE.wasm. Exit 1 when it is more than libc's own exit."""

import sys

# abort() and the stream that snprintf never flushes; nothing that opens, connects or tells the time.
ALLOWED = {"proc_exit", "fd_close", "fd_seek", "fd_write", "fd_fdstat_get"}


def number(data, at):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 128:
            return value, at


def imports(data):
    """Names of all imports: section 2 of the module."""
    at = 8
    while at < len(data):
        section, (size, at) = data[at], number(data, at + 1)
        if section != 2:
            at += size
            continue
        count, at = number(data, at)
        for _ in range(count):
            names = []
            for _ in range(2):
                n, at = number(data, at)
                names.append(data[at:at + n].decode())
                at += n
            kind = data[at]
            if kind != 0:
                raise ValueError(f"import {names}: kind {kind}, a function was expected")
            _, at = number(data, at + 1)
            yield ".".join(names)
        return


def main():
    with open(sys.argv[1], "rb") as f:
        asked = sorted(imports(f.read()))
    strange = [name for name in asked if name.split(".")[-1] not in ALLOWED]
    print("asks for:", ", ".join(asked) or "nothing")
    if strange:
        sys.exit("more than it may: " + ", ".join(strange))


if __name__ == "__main__":
    main()
