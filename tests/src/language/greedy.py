"""Greedy answers by llama.cpp (the package `llama_cpp` or `xllamacpp`), and scores by the plain reference beside this file.

    greedy.py MODEL TOKENS COUNT              goes on by COUNT tokens: their numbers, and by how much each was the best
    greedy.py MODEL TOKENS scores ONE,OTHER   in f32: which token is the best, and by how much ONE is above OTHER

TOKENS are numbers with commas between them. One line of JSON.
"""

import json
import os
import sys

import numpy as np

model, tokens, what = sys.argv[1], [int(token) for token in sys.argv[2].split(",")], sys.argv[3]

if what == "scores":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from reference import scores

    one, other = (int(token) for token in sys.argv[4].split(","))
    last = scores(model, tokens)[-1]
    print(json.dumps({"best": int(last.argmax()), "gap": float(last[one] - last[other])}))
else:
    count, answer, gaps = int(what), [], []
    try:
        import llama_cpp

        engine = llama_cpp.Llama(model_path=model, n_ctx=1024, n_threads=1, n_threads_batch=1, logits_all=True, verbose=False)
        engine.eval(tokens)
        for _ in range(count):
            last = np.array(engine.scores[engine.n_tokens - 1])
            second, first = np.argsort(last)[-2:]
            answer.append(int(first))
            gaps.append(float(last[first] - last[second]))
            engine.eval([int(first)])
    except ImportError:
        import xllamacpp

        options = xllamacpp.CommonParams()
        options.model.path = model
        options.n_ctx = 1024
        options.n_parallel = 1
        options.cpuparams.n_threads = 1
        options.cpuparams_batch.n_threads = 1
        asked = {"prompt": tokens, "max_tokens": count, "temperature": 0, "cache_prompt": False, "ignore_eos": True, "logprobs": 2}
        said = xllamacpp.Server(options).handle_completions(asked)
        for token in said["choices"][0]["logprobs"]["content"]:
            first, second = token["top_logprobs"][:2]
            answer.append(token["id"])
            # Logarithms of shares differ by as much as scores.
            gaps.append(first["logprob"] - second["logprob"])
    print(json.dumps({"tokens": answer, "gaps": gaps}))
