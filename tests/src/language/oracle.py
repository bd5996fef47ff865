"""Makes tokenizers.json: a small byte-level tokenizer, and what the package `tokenizers` makes of some lines for
each way to tell words apart.

    oracle.py OUT
"""

import json
import sys

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

LINES = [
    "Hello, world!",
    "  leading and trailing  ",
    "It's what they'll say: we've won, I'm sure, you'd see; DON'T SHOUT, IT'S LATE.",
    "In 1837, 3.14159 and 1000000 were numbers, and so are ٣٤٥, ½ and ⅷ.",
    "tabs\tand   runs    of     spaces",
    "x = f(a[i], b->c) != 0xFF && !done; // why?",
    "naïve façade Ångström ÀÉÎÕÜ straße",
    "Привет, мир! Как дела?",
    "日本語のテキストと漢字、カタカナ。",
    "한국어 문장입니다. 안녕하세요?",
    "नमस्ते दुनिया, यह हिंदी है।",
    "مرحبا بالعالم، كيف حالك؟",
    "שלום עולם",
    "emoji 😀👍🏽 and signs ™©€",
    "e\u0301 combining, zero\u200bwidth, nb\u00a0space, wide\u3000space",
    "'s 't 'x ' ''",
    "a1b2c3 12345678 1,234.5",
    "\u2003em space first",
    "end with spaces   ",
    "line one\nline two\n\n  indented\r\nwindows\n",
]


def main():
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    ways = {
        "gpt-2": level,
        "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), level]),
        "llama-bpe": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), plain]),
        "qwen2": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"), plain]),
    }
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\S+\s*|\s+"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([tokenizer.pre_tokenizer, plain])
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, min_frequency=1
    )
    # Words with what stands before and behind them, so that pairs would go over their ends if they could.
    tokenizer.train_from_iterator(LINES * 2, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda pair: pair[1])]
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]
    cases = {}
    for name, way in ways.items():
        whole = name == "llama-bpe"
        one = Tokenizer(models.BPE(model["vocab"], [tuple(merge.split(" ")) for merge in merges], ignore_merges=whole))
        one.pre_tokenizer = way
        cases[name] = [one.encode(line, add_special_tokens=False).ids for line in LINES]
    with open(sys.argv[1], "w") as file:
        parts = {"tokens": tokens, "merges": merges, "lines": LINES, "cases": cases}
        text = ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items())
        file.write("{\n" + text + "\n}\n")


main()
