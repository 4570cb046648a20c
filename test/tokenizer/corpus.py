"""Generated texts: all Unicode blocks, broken bytes, runs, and words between."""
import functools
import unicodedata

SPACES = " \t\n\r\u00a0\u1680\u2003\u2028\u3000\u200b\u0085\v\f"
EMOJI = ["\U0001F600", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F1E9\U0001F1EA", "\u2764\ufe0f", "\U0001F44D\U0001F3FD", "\u00a9", "1\ufe0f\u20e3"]
SAMPLES = [
    "", " ", "  ", "a", "\n", "Hello, world!", " The  quick brown   fox.", "don't we'll I'M they've it's n't",
    "I do not know .  What ?  Yes ! No , really ' s", "\u00c5ngstr\u00f6m na\u00efve caf\u00e9 \u0130stanbul \u212b \ufb01 \u1e9b\u0323",
    "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u30fc", "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab \u1100\u1161", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "12345 3.14 1,000 \u0661\u0662\u0663 \u2167 \u00bd", "tabs\tand\nlines\r\nmixed \u2028x",
    "\u2581under \u2581\u2581 score_ -- \u2014 ##x <0x41> </w> |", "\x00\x01\x07\x7f\u008f\ufffd\ufeff\u00ad", "if (x == 1) { return a->b; } // end",
    "\u03a3\u039f\u03a6\u039f\u03a3 \u1e9e\u00df \u01c5", "e\u0301 e\u0302\u0301 \u0344 a\u0323\u0307\u0331", "\u0301leading mark", "end \u200d"]
LONG = ["a" * 3000, " " * 700, "\u2581" * 300, "ab " * 500, "\u0301" * 300, "\u0315\u0300" * 200, "\u4e00" * 500, "x" * 101 + " " + "y" * 100,
        "\U0001F1E9" * 51, "\u1100" * 40 + "\u1161", "(" * 400, "1" * 300, "\U0001F468\u200d" * 40]


@functools.cache
def all_blocks():
    """(first code point, all characters, those that are assigned) by 256."""
    out = []
    for begin in range(0, 0x110000, 256):
        here = [chr(c) for c in range(begin, begin + 256) if not 0xD800 <= c < 0xE000]
        out.append((begin, here, [c for c in here if unicodedata.category(c) not in ("Cn", "Co")]))
    return out


def blocks(chance):
    """Some characters of each 256 code points, 4 blocks a text."""
    out = []
    for begin, here, known in all_blocks():
        if known and (begin < 0x3000 or chance.random() < 0.3):
            out.append("".join(chance.choice(known) + chance.choice(["", "", " ", "a"]) for _ in range(12)))
        elif begin and here and chance.random() < 0.02:
            out.append("".join(chance.sample(here, 5)))
    return ["".join(out[i:i + 4]) for i in range(0, len(out), 4)]


def mixed(chance, words):
    """Words, spaces, marks and the tokenizer's own tokens side by side."""
    parts = []
    for _ in range(chance.randrange(1, 14)):
        kind = chance.randrange(9)
        if kind < 3 and words:
            parts.append(chance.choice(words))
        elif kind < 5:
            parts.append(chance.choice(SAMPLES)[:chance.randrange(1, 12)])
        elif kind == 5:
            parts.append(chance.choice(SPACES) * chance.randrange(1, 4))
        elif kind == 6:
            parts.append(chance.choice(EMOJI))
        elif kind == 7:
            parts.append(chr(chance.choice((0x300, 0x301, 0x323, 0x200d, 0x94d, 0x1161, 0x11a8, 0x915, 0x93f))))
        else:
            parts.append("".join(chance.choice("abcXYZ019.,'-_") for _ in range(chance.randrange(1, 9))))
        if chance.random() < 0.5:
            parts.append(" ")
    return "".join(parts)


def broken(chance):
    """Random bytes, and UTF-8 with some bytes changed, as lossy text."""
    raw = bytes(chance.randrange(256) for _ in range(30))
    text = bytearray(chance.choice(SAMPLES).encode())
    for _ in range(min(3, len(text))):
        text[chance.randrange(len(text))] = chance.randrange(256)
    return [raw.decode("utf-8", "replace"), bytes(text).decode("utf-8", "replace")]


def texts(chance, words, rounds):
    out = SAMPLES + LONG
    for _ in range(rounds):
        out = out + blocks(chance)
        for _ in range(10):
            out = out + broken(chance)
        out = out + [mixed(chance, words) for _ in range(100)]
    return out
