"""Processor time that llama.cpp takes for a prompt and for the tokens of an answer, by whichever of two packages is
there: `llama_cpp` (llama-cpp-python) or `xllamacpp`.

    python peer.py MODEL THREADS TEXT SHORT LONG

Prints two lines: `decode SECONDS`, of LONG tokens less those of SHORT; `prompt SECONDS`, of the text less those of its
first word. Weights are loaded and have been used once before.
"""

import resource
import sys

model, threads, text, short, long = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])

try:
    import llama_cpp

    engine = llama_cpp.Llama(model_path=model, n_ctx=1024, n_threads=threads, n_threads_batch=threads, verbose=False)

    def answer(prompt, tokens):
        engine.reset()
        engine.create_completion(prompt, max_tokens=tokens, temperature=0, logit_bias={2: -100.0})
except ImportError:
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = model
    options.n_ctx = 1024
    options.n_parallel = 1
    options.cpuparams.n_threads = threads
    options.cpuparams_batch.n_threads = threads
    engine = xllamacpp.Server(options)

    def answer(prompt, tokens):
        asked = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "cache_prompt": False, "ignore_eos": True}
        engine.handle_completions(asked)


def seconds(prompt, tokens):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    answer(prompt, tokens)
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


first = text.split(" ")[0]
seconds(text, 2)
print("decode", seconds(first, long) - seconds(first, short), flush=True)
print("prompt", seconds(text, 1) - seconds(first, 1), flush=True)
