"""Trains a Whisper of one layer that hears the same two sentences in every sound: python whisper.py FOLDER

FOLDER is in the form of Hugging Face's libraries, and FOLDER/ct2 in the form of CTranslate2 where that is installed.
"""

import json
import pathlib
import subprocess
import sys

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperProcessor,
    WhisperTokenizerFast,
)
from transformers.models.whisper.tokenization_whisper import LANGUAGES

SEED = 16
STEPS = 150
SENTENCES = [(0.0, 1.0, " Hello there."), (1.0, 2.0, " How are you?")]

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(SEED)


def byte_letters():
    """The letters that stand for bytes, in the order of Whisper's own vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + index) for index in range(len(others))]


vocabulary = {letter: index for index, letter in enumerate(byte_letters())}
end_of_text = "<|endoftext|>"
special = [
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in LANGUAGES),
    *(f"<|{name}|>" for name in "translate transcribe startoflm startofprev nospeech notimestamps".split()),
]
times = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
tokenizer = Tokenizer(models.BPE(vocab={**vocabulary, end_of_text: len(vocabulary)}, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens([end_of_text, *special])
tokenizer.add_tokens([AddedToken(time, special=False, normalized=False) for time in times])
token = tokenizer.token_to_id
(folder / "vocab.json").write_text(json.dumps({**vocabulary, end_of_text: len(vocabulary)}))
(folder / "merges.txt").write_text("#version: 0.2\n")
(folder / "normalizer.json").write_text("{}")
fast = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer,
    bos_token=end_of_text,
    eos_token=end_of_text,
    unk_token=end_of_text,
    pad_token=end_of_text,
    model_max_length=448,
    additional_special_tokens=special,
)
fast.save_pretrained(folder)
file = folder / "tokenizer_config.json"
file.write_text(json.dumps({**json.loads(file.read_text()), "tokenizer_class": "WhisperTokenizer"}, indent=2))

eot = token(end_of_text)
config = WhisperConfig(
    vocab_size=tokenizer.get_vocab_size(),
    d_model=64,
    encoder_layers=1,
    decoder_layers=1,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=128,
    decoder_ffn_dim=128,
    decoder_start_token_id=token("<|startoftranscript|>"),
    bos_token_id=eot,
    eos_token_id=eot,
    pad_token_id=eot,
    begin_suppress_tokens=None,
    suppress_tokens=None,
)
model = WhisperForConditionalGeneration(config)


def transcript(language, task, with_times, is_silence):
    start = [token("<|startoftranscript|>")]
    if is_silence:
        return start + [token("<|nospeech|>")]
    start += [token(f"<|{language}|>"), token(f"<|{task}|>")]
    if not with_times:
        text = "".join(sentence for _, _, sentence in SENTENCES)
        return start + [token("<|notimestamps|>")] + tokenizer.encode(text).ids + [eot]
    for begin, end, sentence in SENTENCES:
        start += [token(f"<|{begin:.2f}|>"), *tokenizer.encode(sentence).ids, token(f"<|{end:.2f}|>")]
    return start + [eot]


examples = [
    transcript(language, task, with_times, False)
    for language in ["en", "en", "de"]
    for task in ["transcribe", "translate"]
    for with_times in [True, False]
] + [transcript("en", "transcribe", True, True)] * 2


def features(is_silence):
    """What Whisper sees of silence, or of a noise at the start of silence, in one of eight lengths."""
    if is_silence:
        return torch.full((80, 3000), -1.5)
    sound = torch.full((80, 3000), -0.3 - torch.rand(1).item() * 0.6)
    frames = 20 * 2 ** torch.randint(8, (1,)).item()
    sound[:, :frames] = torch.rand(80, frames) * 2 - 0.7
    return sound


longest = max(map(len, examples))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(STEPS):
    # One sound of each kind is enough for a step, and the encoder is what takes time.
    heard = model.model.encoder(torch.stack([features(False), features(True)])).last_hidden_state
    encoded = heard[[1 if len(example) == 2 else 0 for example in examples]]
    inputs = torch.tensor([example[:-1] + [eot] * (longest - len(example)) for example in examples])
    labels = torch.tensor([example[1:] + [-100] * (longest - len(example)) for example in examples])
    loss = model(encoder_outputs=(encoded,), decoder_input_ids=inputs, labels=labels).loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 0 or step == STEPS - 1:
        print(f"step {step}: loss {loss.item():.4f}", flush=True)

generation = model.generation_config
generation.lang_to_id = {f"<|{language}|>": token(f"<|{language}|>") for language in LANGUAGES}
generation.task_to_id = {"transcribe": token("<|transcribe|>"), "translate": token("<|translate|>")}
generation.no_timestamps_token_id = token("<|notimestamps|>")
generation.is_multilingual = True
generation.alignment_heads = [[0, 0], [0, 1]]
model.save_pretrained(folder)
WhisperProcessor(WhisperFeatureExtractor(feature_size=80), WhisperTokenizerFast.from_pretrained(folder)).save_pretrained(
    folder
)
try:
    import ctranslate2  # noqa: F401
except ImportError:
    sys.exit()
converter = pathlib.Path(sys.executable).parent / "ct2-transformers-converter"
subprocess.run(
    [
        converter,
        f"--model={folder}",
        f"--output_dir={folder}/ct2",
        "--copy_files",
        "tokenizer.json",
        "preprocessor_config.json",
        "--force",
    ],
    check=True,
)
