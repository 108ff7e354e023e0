#!/usr/bin/env python3
"""Make a C file of the migrations: embed.py OUT SQL...; the files must be 0001.sql, 0002.sql and so on."""

import os
import sys


def main(out, files):
    names = [f"{number:04}" for number in range(1, len(files) + 1)]
    lines = ['#include "base/macros.h"', '#include "store/migrate.h"']
    for name, path in zip(names, files):
        if os.path.basename(path) != name + ".sql":
            sys.exit(f"{path}: {name}.sql was expected")
        with open(path, "rb") as f:
            sql = f.read() + b"\0"  # as numbers: a string may have 4,095 bytes in C
        lines.append(f"static const char sql_{name}[] = {{")
        lines += [",".join(map(str, sql[i:i + 32])) + "," for i in range(0, len(sql), 32)]
        lines.append("};")
    lines.append("const struct migration store_migrations[] = {")
    lines += [f'    {{ "{name}", sql_{name} }},' for name in names]
    lines += ["};", "const size_t store_migrations_n = ARRAY_N(store_migrations);", ""]
    with open(out, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
