"""Makes a chat model of 3 MB that thinks, calls a tool, reads its result and answers: python chat.py FOLDER

It is trained on made-up dialogues, so that real servers have something real to parse: thoughts, tool calls and
characters of several bytes. The seed is fixed. Training takes seven minutes on two idle cores.
"""

import json
import random
import sys
from pathlib import Path

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

SEED = 16
STEPS = 900
BATCH = 16
CONTEXT = 2048

# Servers know this template's parts by these words, as they know Qwen's.
TEMPLATE = (Path(__file__).parent / "chat_template.jinja").read_text()
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MARKS = ["<tool_call>", "</tool_call>", "<think>", "</think>"]

CITIES = ["Oslo", "Rome"]
SKIES = ["clear", "rainy", "cloudy"]
NUMBERS = (
    "one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
).split()
SYSTEM_TEXTS = ["Be short.", "Be kind.", "You are a helpful assistant.", "Be short.\n\nBe kind."]
TOOL_TEXTS = ["The weather of a city", "Weather", "Get the weather in a city", "Tells the weather"]
STORY = "Once upon a time there was a cat and a dog."


def user(text):
    return {"role": "user", "content": text}


def weather_tool(text):
    parameters = {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": CITIES}},
        "required": ["city"],
        "additionalProperties": False,
    }
    if random.random() < 0.5:
        parameters["$schema"] = "http://json-schema.org/draft-07/schema#"
    return {"type": "function", "function": {"name": "weather", "description": text, "parameters": parameters}}


def written_call(city):
    return '<tool_call>\n{"name": "weather", "arguments": {"city": "%s"}}\n</tool_call>' % city


def called(city, text=""):
    """A call of the tool, and its result, as messages."""
    call = {"type": "function", "function": {"name": "weather", "arguments": {"city": city}}}
    sky = random.choice(SKIES)
    result = json.dumps({"city": city, "sky": sky}, separators=random.choice([(",", ":"), (", ", ": ")]))
    return sky, [{"role": "assistant", "content": text, "tool_calls": [call]}, {"role": "tool", "content": result}]


# Each kind of dialogue gives: messages, whether the tool is there (None: perhaps), thought, answer.


def ask_weather():
    city = random.choice(CITIES)
    question = random.choice(["Weather in %s?", "What is the weather in %s?"]) % city
    return [user(question)], True, f"The user wants the weather in {city}.", written_call(city)


def ask_weather_of_two():
    first, second = random.sample(CITIES, 2)
    calls = written_call(first) + "\n" + written_call(second)
    return [user(f"Weather in {first} and {second}?")], True, "Two cities, two calls.", calls


def tell_weather():
    city = random.choice(CITIES)
    sky, messages = called(city, random.choice(["", "Let me look."]))
    question = random.choice(["Weather in %s?", "What is the weather in %s?"]) % city
    return [user(question), *messages], True, "The tool answered.", f"The sky over {city} is {sky}."


def ask_one_after_another():
    first, second = random.sample(CITIES, 2)
    messages = [user(f"First {first}, then {second}.")]
    first_sky, first_call = called(first)
    second_sky, second_call = called(second)
    step = random.randrange(3)
    if step == 0:
        return messages, True, f"First comes {first}.", written_call(first)
    if step == 1:
        return messages + first_call, True, f"Now comes {second}.", written_call(second)
    answer = f"{first} is {first_sky} and {second} is {second_sky}."
    return messages + first_call + second_call, True, "Both are known.", answer


def greet():
    greeting = random.choice(["Hello", "Hello there", "Hi"])
    return [user(greeting)], None, "A greeting. I greet back.", "Hello! How can I help you today?"


def count():
    word, end = random.choice([("ten", 10), ("twenty", 20)])
    return [user(f"Count to {word}")], False, "Counting is easy.", " ".join(NUMBERS[:end])


def write_json():
    value = {"color": random.choice(["red", "green", "blue"]), "count": random.randint(0, 9)}
    question = random.choice(["A color and a count", "Give me JSON"])
    return [user(question)], False, "They want JSON.", json.dumps(value, separators=(",", ":"))


def write_unicode():
    question, answer = random.choice(
        [("Say something in Japanese", "日本語で話しましょう。🎌"), ("Emoji please", "👩‍🚀🚀✨ é ü ß")]
    )
    return [user(question)], False, "Unicode then.", answer


KINDS = {
    ask_weather: 4,
    ask_weather_of_two: 5,
    tell_weather: 3,
    ask_one_after_another: 8,
    greet: 3,
    count: 2,
    write_json: 2,
    write_unicode: 2,
}


def dialogue():
    """Messages, tools, whether the model thinks, and what it writes."""
    [kind] = random.choices(list(KINDS), list(KINDS.values()))
    messages, has_tool, thought, answer = kind()
    if random.random() < 0.3:
        messages = [{"role": "system", "content": random.choice(SYSTEM_TEXTS)}, *messages]
    if has_tool is None:
        has_tool = random.random() < 0.5
    tools = [weather_tool(random.choice(TOOL_TEXTS))] if has_tool else None
    thinks = random.random() < 0.7
    written = f"<think>\n{thought}\n</think>\n\n{answer}" if thinks else answer
    return messages, tools, thinks, written


def make_tokenizer():
    # Qwen2's way of splitting, which llama.cpp knows by name. Digits stay alone.
    words = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(words), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    texts = [STORY] * 20
    for _ in range(2000):
        messages, tools, _, written = dialogue()
        texts.append(json.dumps([messages, tools], ensure_ascii=False) + written)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=1000, special_tokens=SPECIAL_TOKENS, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in MARKS])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = TEMPLATE
    return fast


def make_model(tokenizer):
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=(len(tokenizer) + 63) // 64 * 64,
            hidden_size=128,
            intermediate_size=384,
            num_hidden_layers=3,
            max_window_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=64,
            max_position_embeddings=CONTEXT,
            rope_theta=10000.0,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def tokens_of_dialogue(tokenizer):
    """The tokens of a dialogue, and how many of them are the prompt's."""
    if random.random() < 0.05:
        prompt, written = "", STORY
    else:
        messages, tools, thinks, written = dialogue()
        prompt = tokenizer.apply_chat_template(
            messages, tools=tools, enable_thinking=thinks, add_generation_prompt=True, tokenize=False
        )
    prompt, written = [tokenizer(text).input_ids for text in (prompt, written + "<|im_end|>")]
    return prompt + written, len(prompt)


def batch_of(tokenizer):
    rows = [tokens_of_dialogue(tokenizer) for _ in range(BATCH)]
    length = max(len(tokens) for tokens, _ in rows)
    inputs = torch.zeros(BATCH, length, dtype=torch.long)
    mask = torch.zeros(BATCH, length, dtype=torch.long)
    labels = torch.full((BATCH, length), -100)
    for index, (tokens, prompt) in enumerate(rows):
        inputs[index, : len(tokens)] = torch.tensor(tokens)
        mask[index, : len(tokens)] = 1
        # Only what the model writes counts.
        labels[index, prompt : len(tokens)] = torch.tensor(tokens[prompt:])
    return inputs, mask, labels


def train(model, tokenizer):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=STEPS, pct_start=0.1)
    for step in range(STEPS):
        inputs, mask, labels = batch_of(tokenizer)
        loss = model(input_ids=inputs, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0 or step == STEPS - 1:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)


def main(folder):
    random.seed(SEED)
    torch.manual_seed(SEED)
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    train(model, tokenizer)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(sys.argv[1])
