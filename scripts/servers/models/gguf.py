"""Writes the chat model for llama.cpp: python gguf.py FILE MODEL LLAMA_SOURCE

llama.cpp's converter knows a tokenizer by a hash of its tokens. It does not know ours, which splits words as Qwen2's.
"""

import os
import sys

file, model, source = sys.argv[1:]
sys.path[:0] = [source, os.path.join(source, "gguf-py")]

from conversion import base  # noqa: E402

base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "qwen2"

import convert_hf_to_gguf  # noqa: E402

sys.argv = ["convert", model, "--outfile", file, "--outtype", "f32"]
convert_hf_to_gguf.main()
