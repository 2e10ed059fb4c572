"""Rewrites the BERT models for versions of transformers before 5: python bert_v4.py FOLDER BERT"""

import json
import pathlib
import shutil
import sys

from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing

folder, bert = map(pathlib.Path, sys.argv[1:])
for name in ["embedding", "reranking"]:
    shutil.copytree(bert / name, folder / name, dirs_exist_ok=True)
    file = folder / name / "tokenizer_config.json"
    config = json.loads(file.read_text())
    # The name of the same class before version 5.
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    file.write_text(json.dumps(config, indent=2))
    # Like BERT's own tokenizer, which adds a token before and after each text, so that an empty one is not empty.
    tokenizer = Tokenizer.from_file(str(folder / name / "tokenizer.json"))
    first, last = "<|im_start|>", "<|im_end|>"
    tokenizer.post_processor = TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (first, last)],
    )
    tokenizer.save(str(folder / name / "tokenizer.json"))
