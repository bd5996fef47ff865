"""A Llama from a GGUF file in numpy: every weight dequantised to float32, one token after the other.

    reference.py scores MODEL TOKENS   float32 scores of every position, as they lie in memory, to standard output
    reference.py tokenizer MODEL OUT   the tokenizer, for byte-level models, as a tokenizer.json for `tokenizers`

TOKENS are numbers with commas between them. It shares nothing with the program that it is compared with.
"""

import json
import struct
import sys

import numpy as np


def read(path):
    data = memoryview(open(path, "rb").read())
    at = 4

    def number(form):
        nonlocal at
        (value,) = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return value

    def text():
        nonlocal at
        length = number("Q")
        at += length
        return bytes(data[at - length : at])

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = number("I"), number("Q")
            return [value(inner) for _ in range(count)]
        return number("BbHhIif?__Qqd"[kind])

    number("I")
    tensors, keys = number("Q"), number("Q")
    meta = {}
    for _ in range(keys):
        key = text().decode()
        meta[key] = value(number("I"))
    found = {}
    for _ in range(tensors):
        name = text().decode()
        shape = [number("Q") for _ in range(number("I"))]
        found[name] = (shape, number("I"), number("Q"))
    alignment = meta.get("general.alignment", 32)
    start = -(-at // alignment) * alignment
    return meta, found, data[start:]


def blocks(raw, size):
    return np.frombuffer(raw, np.uint8).reshape(-1, size)


def halves(columns):
    return np.ascontiguousarray(columns).view(np.float16).astype(np.float32)


def nibbles(bytes_):
    return np.concatenate([bytes_ & 15, bytes_ >> 4], axis=1).astype(np.float32)


def weights(tensor, data):
    shape, kind, offset = tensor
    count = int(np.prod(shape))
    if kind in (0, 1):
        form = (np.float32, np.float16)[kind]
        flat = np.frombuffer(data, form, count, offset).astype(np.float32)
    else:
        size = {2: 18, 3: 20, 8: 34}[kind]
        block = blocks(data[offset : offset + count // 32 * size], size)
        scale = halves(block[:, :2])
        if kind == 8:
            flat = scale * block[:, 2:].view(np.int8).astype(np.float32)
        elif kind == 2:
            flat = scale * (nibbles(block[:, 2:]) - 8)
        else:
            flat = scale * nibbles(block[:, 4:]) + halves(block[:, 2:4])
        flat = flat.reshape(-1)
    return flat.reshape(shape[::-1])


def scores(path, tokens):
    meta, found, data = read(path)
    get = lambda name: weights(found[name], data)
    size = lambda key: meta["llama." + key]
    layers, heads, key_heads = size("block_count"), size("attention.head_count"), size("attention.head_count_kv")
    width, epsilon = size("embedding_length"), size("attention.layer_norm_rms_epsilon")
    head, count = width // heads, len(tokens)
    base = meta.get("llama.rope.freq_base", 10000.0)
    angles = np.outer(np.arange(count), base ** (-np.arange(0, head, 2) / head))
    sine, cosine = np.sin(angles)[:, None].astype(np.float32), np.cos(angles)[:, None].astype(np.float32)

    def norm(x, w):
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(epsilon)) * w

    def turn(x):
        x = x.reshape(count, -1, head // 2, 2)
        a, b = x[..., 0], x[..., 1]
        return np.stack([a * cosine - b * sine, a * sine + b * cosine], -1).reshape(count, -1, head)

    embedding = get("token_embd.weight")
    x = embedding[tokens]
    hidden = np.triu(np.full((count, count), -np.inf, np.float32), 1)
    for layer in range(layers):
        part = lambda name: get(f"blk.{layer}.{name}.weight")
        y = norm(x, part("attn_norm"))
        query, key = turn(y @ part("attn_q").T), turn(y @ part("attn_k").T)
        value = (y @ part("attn_v").T).reshape(count, key_heads, head)
        key, value = (np.repeat(z, heads // key_heads, axis=1) for z in (key, value))
        share = np.einsum("qhd,khd->hqk", query, key) / np.sqrt(np.float32(head)) + hidden
        share = np.exp(share - share.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        x = x + np.einsum("hqk,khd->qhd", share, value).reshape(count, -1) @ part("attn_output").T
        y = norm(x, part("ffn_norm"))
        gate = y @ part("ffn_gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ part("ffn_up").T)) @ part("ffn_down").T
    x = norm(x, get("output_norm.weight"))
    classifier = get("output.weight") if "output.weight" in found else embedding
    return (x @ classifier.T).astype("<f4")


def tokenizer(path):
    meta, _, _ = read(path)
    tokens = [token.decode() for token in meta["tokenizer.ggml.tokens"]]
    merges = [merge.decode() for merge in meta["tokenizer.ggml.merges"]]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    split = [level]
    if meta["tokenizer.ggml.pre"] == b"smollm":
        split = [{"type": "Digits", "individual_digits": True}, level]
    return {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": split},
        "decoder": level,
        "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(tokens)}, "merges": merges},
    }


def main():
    what, model, last = sys.argv[1:]
    if what == "scores":
        sys.stdout.buffer.write(scores(model, [int(token) for token in last.split(",")]).tobytes())
    else:
        with open(last, "w") as file:
            json.dump(tokenizer(model), file)


if __name__ == "__main__":
    main()
