#!/usr/bin/env python3
"""Prints CaseTables.inc: what Python's str knows of upper and lower case and
utf8proc does not. Made with Python 3.11 (Unicode 14)."""
import unicodedata


def literal(text):
    return '"' + "".join(f"\\x{b:02x}" for b in text.encode()) + '"'


def main():
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    print("// Made by make-case-tables.py; do not edit.\n")
    print("/// Letters whose upper or title case is more than one letter.")
    print("constexpr SpecialCase SpecialCases[] = {")
    for c in characters:
        if len(c.upper()) > 1 or len(c.title()) > 1:
            print(f"    {{0x{ord(c):04X}, {literal(c.upper())}, "
                  f"{literal(c.title())}}},")
    print("};\n")
    print("/// What has case without being a cased letter (Lu, Ll, Lt).")
    print("constexpr Range OtherCased[] = {")
    begin = last = None
    other = [ord(c) for c in characters
             if (c.islower() or c.isupper() or c.istitle())
             and unicodedata.category(c) not in ("Lu", "Ll", "Lt")]
    for c in [*other, None]:
        if last is not None and c == last + 1:
            last = c
            continue
        if last is not None:
            print(f"    {{0x{begin:04X}, 0x{last:04X}}},")
        begin = last = c
    print("};")


if __name__ == "__main__":
    main()
