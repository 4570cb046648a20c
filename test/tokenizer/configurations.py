"""Tokenizers of many configurations, made with the `tokenizers` library."""
import dataclasses
import itertools
import json
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from charsmap import charsmap

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
          r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
TEXT = ["The quick brown fox jumps over the lazy dog, and don't you forget it!", "hello world, this is a test of the tokenizer.",
        "It's 12345 o'clock; we'll see what they've done - or not.", "na\u00efve caf\u00e9 \u00c5ngstr\u00f6m \u4f60\u597d\u4e16\u754c \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4",
        "if (x == 1) { return value->next; } // comment", "under_score and  double  spaces\n\nand lines"] * 4
BYTES = [f"<0x{b:02X}>" for b in range(256)]
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
SPECIAL = ["<unk>", "<s>", "</s>", "<pad>"]


@dataclasses.dataclass
class Configuration:
    name: str
    tokenizer: Tokenizer
    words: list = dataclasses.field(default_factory=list)  # for generated texts
    random_ids: bool = True

    @property
    def keeps_bytes(self):
        """A ByteLevel pre-tokenizer passes bytes that are no UTF-8."""
        before = json.loads(self.tokenizer.to_str())["pre_tokenizer"]
        return before is not None and "ByteLevel" in json.dumps(before)


def make(name, tokenizer, words=(), **parts):
    for part, value in parts.items():
        setattr(tokenizer, part, value)
    return Configuration(name, tokenizer, list(words) + [t for t in tokenizer.get_vocab() if 2 < len(t) < 12][:60])


def trained(model, trainer, **parts):
    tokenizer = Tokenizer(model)
    for part, value in parts.items():
        setattr(tokenizer, part, value)
    tokenizer.train_from_iterator(TEXT, trainer)
    return tokenizer


def bpe(**options):
    """Trained, then with the options that the trainer does not know."""
    before = options.pop("pre_tokenizer", None)
    normal = options.pop("normalizer", None)
    extra = options.pop("tokens", [])
    alphabet = options.pop("alphabet", [])
    affixes = {k: options[k] for k in ("continuing_subword_prefix", "end_of_word_suffix") if k in options}
    tokenizer = trained(models.BPE(unk_token=options.get("unk_token"), **affixes), trainers.BpeTrainer(
        vocab_size=600, special_tokens=SPECIAL + extra, initial_alphabet=alphabet, show_progress=False, **affixes),
        pre_tokenizer=before or pre_tokenizers.Metaspace(split=True), normalizer=normal)
    written = json.loads(tokenizer.to_str())
    written["model"].update(options)
    written["pre_tokenizer"] = None
    written["normalizer"] = None
    return Tokenizer.from_str(json.dumps(written))


def template(tokenizer, first="<s>", last="</s>"):
    return processors.TemplateProcessing(single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}", special_tokens=[
        (first, tokenizer.token_to_id(first)), (last, tokenizer.token_to_id(last))])


def llama_decoder():
    return decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])


def byte_bpe():
    for prefix, regex in itertools.product((True, False), repeat=2):
        before = pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=regex)
        tokenizer = bpe(pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=prefix), alphabet=ALPHABET)
        yield make(f"byte-bpe prefix={prefix} regex={regex}", tokenizer, pre_tokenizer=before, decoder=decoders.ByteLevel(),
                   post_processor=processors.RobertaProcessing(("</s>", 2), ("<s>", 1)))
    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    for ignore in (True, False):
        tokenizer = bpe(pre_tokenizer=split, alphabet=ALPHABET, ignore_merges=ignore)
        yield make(f"byte-bpe llama3 ignore_merges={ignore}", tokenizer, pre_tokenizer=split, decoder=decoders.ByteLevel(),
                   normalizer=normalizers.NFC(), post_processor=processors.Sequence([processors.ByteLevel(), template(tokenizer)]))
    tokenizer = bpe(normalizer=normalizers.ByteLevel(), alphabet=ALPHABET, pre_tokenizer=pre_tokenizers.Whitespace())
    yield make("byte-bpe normalizer", tokenizer, normalizer=normalizers.ByteLevel(), decoder=decoders.ByteLevel())


def text_bpe():
    for scheme, split in itertools.product(("always", "first", "never"), (True, False)):
        before = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
        tokenizer = bpe(pre_tokenizer=before, tokens=BYTES, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
        yield make(f"metaspace {scheme} split={split}", tokenizer, ["<s>", "</s>"], pre_tokenizer=before, decoder=llama_decoder(),
                   post_processor=template(tokenizer))
        yield make(f"metaspace decoder {scheme} split={split}", tokenizer, ["<s>"], pre_tokenizer=before,
                   decoder=decoders.Metaspace(prepend_scheme=scheme, split=split))
    for first in (normalizers.Strip(True, False), normalizers.Replace(Regex(r"\s{2,}"), " "), normalizers.NFKC(), normalizers.Prepend("x"),
                  normalizers.BertNormalizer(), normalizers.Replace("a", ""), normalizers.Nmt(),
                  normalizers.Precompiled(charsmap({"a": "bb", " ": "", "\u00e9": "e", "e\u0301": "ee"}))):
        tokenizer = bpe(tokens=BYTES, byte_fallback=True)
        yield make(f"metaspace first behind {json.loads(first.__getstate__())['type']}", tokenizer, ["<s>"], normalizer=first,
                   pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace(prepend_scheme="first")]),
                   decoder=llama_decoder())
    tokenizer = bpe(tokens=BYTES, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    yield make("llama2 normalizer", tokenizer, ["<s>"], decoder=llama_decoder(), post_processor=template(tokenizer),
               normalizer=normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]))
    for unk, fuse, fallback in itertools.product((None, "<unk>"), (True, False), (True, False)):
        tokenizer = bpe(tokens=BYTES[:0xE3], unk_token=unk, fuse_unk=fuse, byte_fallback=fallback)
        yield make(f"bpe unk={unk} fuse={fuse} fallback={fallback}", tokenizer, pre_tokenizer=pre_tokenizers.WhitespaceSplit(),
                   decoder=decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()]))
    for prefix, suffix in (("", "</w>"), ("##", ""), ("##", "</w>"), ("\u00e9", "\u00e9")):
        affixes = {k: v for k, v in (("continuing_subword_prefix", prefix), ("end_of_word_suffix", suffix)) if v}
        for fallback in (True, False):
            tokenizer = bpe(unk_token="<unk>", pre_tokenizer=pre_tokenizers.BertPreTokenizer(), byte_fallback=fallback, tokens=BYTES, **affixes)
            yield make(f"bpe prefix={prefix} suffix={suffix} fallback={fallback}", tokenizer, pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
                       decoder=decoders.BPEDecoder(suffix) if suffix else decoders.WordPiece(prefix))


def word_models():
    tokenizer = trained(models.WordPiece(unk_token="<unk>"), trainers.WordPieceTrainer(vocab_size=500, special_tokens=SPECIAL, show_progress=False),
                        pre_tokenizer=pre_tokenizers.BertPreTokenizer(), normalizer=normalizers.BertNormalizer())
    written = tokenizer.to_str()
    for clean, ideographs, strip, lower in itertools.product((True, False), (True, False), (None, True, False), (True, False)):
        again = Tokenizer.from_str(written)
        yield make(f"wordpiece clean={clean} ideographs={ideographs} strip={strip} lower={lower}", again, ["</s>"],
                   normalizer=normalizers.BertNormalizer(clean, ideographs, strip, lower), decoder=decoders.WordPiece(cleanup=clean),
                   post_processor=processors.BertProcessing(("</s>", 2), ("<s>", 1)))
    for most, prefix in ((5, "##"), (0, "##"), (100, ""), (100, "@@")):
        changed = json.loads(written)
        changed["model"].update(max_input_chars_per_word=most, continuing_subword_prefix=prefix)
        yield make(f"wordpiece most={most} prefix={prefix}", Tokenizer.from_str(json.dumps(changed)), pre_tokenizer=pre_tokenizers.Whitespace())
    vocab = {w: i for i, w in enumerate(sorted({w for t in TEXT for w, _ in pre_tokenizers.Whitespace().pre_tokenize_str(t)} | {"<unk>"}))}
    for unk in ("<unk>", "<none>"):
        yield make(f"wordlevel unk={unk}", Tokenizer(models.WordLevel(vocab, unk_token=unk)), pre_tokenizer=pre_tokenizers.Whitespace())


def nfkc_charsmap():
    """Like SentencePiece's nmt_nfkc, in small: what NFKC changes below U+2200, and pairs that compose."""
    pairs = {}
    for c in map(chr, itertools.chain(range(1, 0x2200), range(0xFB00, 0xFB07))):
        if unicodedata.normalize("NFKC", c) != c:
            pairs[c] = unicodedata.normalize("NFKC", c)
        if len(parts := unicodedata.decomposition(c).split()) == 2 and parts[0][0] != "<":
            pairs["".join(chr(int(p, 16)) for p in parts)] = unicodedata.normalize("NFKC", c)
    return charsmap(pairs | {"\u200b": "", "\u00ad": "", "\t": " ", "\u0e33": "\u0e4d\u0e32"})


def unigram():
    written = trained(models.Unigram(), trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False),
                      pre_tokenizer=pre_tokenizers.Metaspace()).to_str()
    pieces = [tuple(p) for p in json.loads(written)["model"]["vocab"]]
    for fallback, unk in itertools.product((True, False), (0, None)):
        model = models.Unigram(pieces + [(b, -20.0) for b in BYTES], unk, fallback)
        yield make(f"unigram fallback={fallback} unk={unk}", Tokenizer(model), ["<s>", "<unk>"], pre_tokenizer=pre_tokenizers.Metaspace(),
                   normalizer=normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]),
                   decoder=decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()]))
    ties = [("<unk>", 0.0), ("a", -1.0), ("b", -1.0), ("ab", -2.0), ("ba", -2.0), ("aa", -2.0), ("xy", -100.0), ("\u4f60\u597d", -50.0), ("a", -0.5), ("", 0.0)]
    yield make("unigram ties", Tokenizer(models.Unigram(ties, 0, False)), ["abab", "xy", "xyx", "aaab"], decoder=decoders.Fuse())
    yield make("unigram precompiled", Tokenizer(models.Unigram(pieces, 0, False)), normalizer=normalizers.Sequence(
        [normalizers.Precompiled(nfkc_charsmap()), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), decoder=decoders.Metaspace())


def character_model(prefix=""):
    """Ids that show each byte of the text and where words begin."""
    tokens = ALPHABET + ([prefix + c for c in ALPHABET] if prefix else [])
    affix = {"continuing_subword_prefix": prefix} if prefix else {}
    return Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, [], **affix))


def normalizer_parts():
    # No text is put before the beginning without a character there to align to:
    # the library's alignments break, and its text after them.
    every = [normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(), normalizers.Strip(),
             normalizers.Strip(False, True), normalizers.StripAccents(), normalizers.Nmt(), normalizers.ByteLevel(), normalizers.Prepend("\u2581"),
             normalizers.Replace("l", "\u4e00"), normalizers.Replace(Regex(r"[\s\p{P}]+"), "-"), normalizers.Replace(Regex("(?<=a)"), "!"),
             normalizers.BertNormalizer(), normalizers.Precompiled(nfkc_charsmap())]
    after = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for i, one in enumerate(every):
        name = json.loads(one.__getstate__())["type"]
        yield make(f"normalizer {i} {name}", character_model(), pre_tokenizer=after, normalizer=one)
        yield make(f"normalizers {i} {name} and next", character_model(), pre_tokenizer=after,
                   normalizer=normalizers.Sequence([one, every[(i * 7 + 3) % len(every)]]))


def pre_tokenizer_parts():
    every = [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit(), pre_tokenizers.CharDelimiterSplit("e"),
             pre_tokenizers.UnicodeScripts(), pre_tokenizers.Digits(True), pre_tokenizers.Digits(False), pre_tokenizers.Metaspace(),
             pre_tokenizers.Metaspace("\u00e9", "first"), pre_tokenizers.Metaspace("_", "never"), pre_tokenizers.ByteLevel(True)]
    if hasattr(pre_tokenizers, "FixedLength"):
        every.append(pre_tokenizers.FixedLength(3))
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        every += [pre_tokenizers.Punctuation(behavior), pre_tokenizers.Split(" ", behavior), pre_tokenizers.Split(Regex(r"\w+|\s"), behavior, True)]
    every += [pre_tokenizers.Split("", "isolated"), pre_tokenizers.Split(Regex("a*"), "merged_with_next")]
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for i, one in enumerate(every):
        name = json.loads(one.__getstate__())["type"]
        yield make(f"pre-tokenizer {i} {name}", character_model("\u00b6"), pre_tokenizer=pre_tokenizers.Sequence([one, last]))
        yield make(f"pre-tokenizers {i} {name} and next", character_model("\u00b6"),
                   pre_tokenizer=pre_tokenizers.Sequence([one, every[(i * 5 + 2) % len(every)], last]))


def decoder_parts():
    tokens = ["<unk>", "a", "b", "##b", "##", "\u2581a", "\u2581", "a\u2581b", "\u2581\u2581", " ", "  a  ", " .", "do", " do not", "n't", "'s", " ' ", "a</w>",
              "</w>", "|", "<pad>", "\u00e9", "\u4f60", "\u0120a", "\u0120", "\u00c4", "?", "!", "aab", "\u00a0"] + BYTES[0x7E:] + ["<0xe4>", "<0x+A>", "<0xG0>", "<0x\u00e9>"]
    every = [decoders.ByteLevel(), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0), decoders.Strip("a", 2, 1), decoders.Strip(" ", 0, 1),
             decoders.Replace("\u2581", " "), decoders.Replace(Regex("a+"), "x"), decoders.Replace("", "."), decoders.Metaspace(),
             decoders.Metaspace("a", "never"), decoders.Metaspace("\u00e9", "first"), decoders.WordPiece(), decoders.WordPiece("", True),
             decoders.WordPiece("\u2581", False), decoders.BPEDecoder(), decoders.BPEDecoder(""), decoders.CTC(), decoders.CTC("a", "b", False)]

    def base():
        return Tokenizer(models.WordLevel({t: i for i, t in enumerate(tokens)}, unk_token="<unk>"))

    yield make("no decoder", base())
    for i, one in enumerate(every):
        name = json.loads(one.__getstate__())["type"]
        yield make(f"decoder {i} {name}", base(), decoder=one)
        for step in (3, 8):
            yield make(f"decoders {i} {name} and {step}", base(), decoder=decoders.Sequence([one, every[(i + step) % len(every)], decoders.Replace("x", "y")]))


def added_tokens():
    words = ["<a>", "<b>", "mask", " ", "\u00c9t\u00e9", "New York", "##", "\u2581"]
    flags = list(itertools.product((False, True), repeat=4))
    for index, (left, right, single, normalized) in enumerate(flags):
        for special in (False, True):
            tokenizer = bpe(tokens=BYTES, byte_fallback=True)
            added = [AddedToken(w, lstrip=left, rstrip=right, single_word=single, normalized=normalized) for w in words[:4 + index % 5]]
            normal = [None, normalizers.Lowercase(), normalizers.NFD(), normalizers.Prepend("\u2581")][index % 4]
            tokenizer.normalizer = normal
            (tokenizer.add_special_tokens if special else tokenizer.add_tokens)(added)
            yield make(f"added {left} {right} {single} {normalized} special={special}", tokenizer, words * 6 + ["amask", "maskb", "mask.", "<a><b>"],
                       pre_tokenizer=pre_tokenizers.Metaspace(prepend_scheme="first"), decoder=llama_decoder())
    tokenizer = bpe(tokens=BYTES, byte_fallback=True)
    tokenizer.add_tokens([AddedToken("ab"), AddedToken("abc", lstrip=True), AddedToken("b", rstrip=True), AddedToken("cab", single_word=True)])
    tokenizer.add_special_tokens(["<a>", "<a><b>", "a"])
    yield make("added overlapping", tokenizer, ["abcab", "ab", "abc ", " b ", "<a><b>", "<a><a>"] * 6)


def limits():
    for direction, strategy, length in itertools.product(("left", "right"), ("longest_first", "only_first"), (2, 3, 8)):
        tokenizer = bpe(tokens=BYTES, byte_fallback=True)
        tokenizer.enable_truncation(length, strategy=strategy, direction=direction)
        tokenizer.enable_padding(direction=direction, pad_id=3, pad_token="<pad>", length=None if length == 3 else 6,
                                 pad_to_multiple_of=4 if length == 2 else None)
        yield make(f"limits {direction} {strategy} {length}", tokenizer, pre_tokenizer=pre_tokenizers.Metaspace(), post_processor=template(tokenizer))


def all_of():
    for group in (byte_bpe, text_bpe, word_models, unigram, normalizer_parts, pre_tokenizer_parts, decoder_parts, added_tokens, limits):
        yield from group()
