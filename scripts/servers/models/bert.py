"""Makes two random BERT models with the tokenizer of the chat model: python bert.py FOLDER CHAT

FOLDER/embedding embeds, FOLDER/reranking has one label, which is a score.
"""

import sys

import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

SEED = 16

folder, chat = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(chat)
# What the class of a tokenizer says about chats does not matter here.
tokenizer.chat_template = None


def config(**more):
    return BertConfig(
        vocab_size=(len(tokenizer) + 63) // 64 * 64,
        # vLLM on the CPU needs heads of 32 or more.
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id,
        **more,
    )


for name, model_class, settings in [
    ("embedding", BertModel, config()),
    ("reranking", BertForSequenceClassification, config(num_labels=1)),
]:
    torch.manual_seed(SEED)
    model_class(settings).save_pretrained(f"{folder}/{name}")
    tokenizer.save_pretrained(f"{folder}/{name}")
