"""From a recipe to a checkpoint: corpus, tokenizer, training, golden vectors; each is skipped where it is done.

A work directory holds the corpus, `NAME/` with what a training of that recipe needs to go on, and `checkpoints/NAME`.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import torch

from lclm import checkpoint, corpus, golden, needles, tokenizer
from lclm.model import Block, LatentContextModel
from lclm.prompts import Chat
from lclm.recipe import Recipe, differences, read
from lclm.skills import Skills
from lclm.text import Text, Vocabulary, encode_corpus
from lclm.trainer import Trainer, bfloat16_is_right

SAMPLE, SAMPLED = 4000, 20_000  # documents that the tokenizer is trained on, and characters of each


def run(path: Path, work: Path, device: torch.device, bfloat16: bool = False, compiles: bool = False) -> Path:
    """Does what isn't done yet and returns the checkpoint's directory."""
    recipe, directory, out = read(path), work / path.stem, work / "checkpoints" / path.stem
    if not bfloat16_is_right(device):
        raise ValueError(f"{device}: products in bfloat16 are wrong (expected: a device that Muon can compute on)")
    directory.mkdir(parents=True, exist_ok=True)
    claim(recipe, directory / "recipe.json")
    if not (work / "corpus.txt").exists():
        print(json.dumps(corpus.build(work / "corpus.txt")), flush=True)
    tokenizers(recipe, path.parent, work / "corpus.txt", directory)
    encoder, decoder = tokenizer.both(directory / "tokenizer")
    model = LatentContextModel(recipe.model)
    model.initialise(torch.Generator().manual_seed(recipe.seed))
    torch.manual_seed(recipe.seed)
    if recipe.start:
        checkpoint.start(model, path.parent / recipe.start)
    model.to(device)
    if compiles:
        # The one block that all layers of both stacks run, for any batch and length.
        torch._dynamo.config.recompile_limit = 32
        Block.forward = torch.compile(Block.forward, dynamic=True)  # type: ignore[method-assign]
    training = Text(np.load(directory / "ids.npy"), Vocabulary.of(decoder))
    held_out = (path.parent / recipe.validation).read_text(encoding="utf-8")
    validation = Text(np.array(tokenizer.plain_ids(encoder, held_out)), training.vocabulary)
    words = needles.words_of(encoder, training.ids[:3_000_000].tolist())
    sizes = recipe.model.compression_ratio, recipe.model.encoder_window_size, recipe.batch
    skills, held = (Skills(text, Chat(decoder), words, *sizes) for text in (training, validation))
    trainer = Trainer(model, recipe, skills, held, directory, bfloat16)
    trainer.resume()
    trainer.run()
    if not (out / golden.FILE).exists():
        checkpoint.save(model, encoder, decoder, out)
        golden.write(out, held_out)
    return out


def claim(recipe: Recipe, path: Path) -> None:
    """Notes the recipe that a directory is trained by, and refuses another one."""
    if not path.exists():
        path.write_text(json.dumps(recipe.canonical(), indent=2) + "\n")
    elif lines := differences(recipe.canonical(), json.loads(path.read_text())):
        began = "; ".join(lines)
        raise ValueError(f"{path}: began with another recipe (expected: the same, or another --work): {began}")


def tokenizers(recipe: Recipe, base: Path, text: Path, directory: Path) -> None:
    """Writes both tokenizers, those that the training starts from or new ones, and the corpus as ids."""
    if (directory / "ids.npy").exists():
        return
    documents = [document for document in text.read_text(encoding="utf-8").split(corpus.SEPARATOR) if document]
    shapes = recipe.model.encoder, recipe.model.decoder
    if recipe.start:
        both = tokenizer.both(base / recipe.start)
    else:
        sample = random.Random(recipe.seed).sample(documents, min(len(documents), SAMPLE))  # noqa: S311
        both = tokenizer.train((document[:SAMPLED] for document in sample), shapes[1].vocab_size)
    for name, one, shape in zip(("encoder", "decoder"), both, shapes, strict=True):
        if one.get_vocab_size() != shape.vocab_size:
            raise ValueError(f"model.{name}.vocab_size: {shape.vocab_size} (expected: {one.get_vocab_size()})")
        tokenizer.save(one, directory / "tokenizer" / name)
    np.save(directory / "part.npy", encode_corpus(documents, both[0], recipe.seed))
    shutil.move(directory / "part.npy", directory / "ids.npy")
