"""The command line. A work directory holds corpus, ids, tokenizers, states and exports."""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch

from lclm import checkpoint, config, corpus, data, golden, needles, plot, schedule, tokenizer
from lclm.evaluation import Evaluation
from lclm.layers import compile_blocks
from lclm.model import LatentContextModel
from lclm.prompts import Chat
from lclm.tasks import Tasks
from lclm.trainer import Directories, Trainer

WORDS = 8000
"""Frequent words of the corpus that needle keys are made of."""
SAMPLE = 4000
"""Documents that the tokenizer is trained on."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lclm", description="Make and measure an LCLM.")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (default 2)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("corpus", help="gather text from installed documentation packages")
    one.add_argument("--work", type=Path, required=True, help="work directory")
    one.set_defaults(run=run_corpus)

    one = commands.add_parser("tokenizer", help="train the BPE and turn the corpus into ids")
    one.add_argument("--work", type=Path, required=True, help="work directory")
    one.add_argument("--from", type=Path, dest="start", help="checkpoint whose tokenizers to take")
    one.add_argument("--size", type=int, default=4096, help="entries, added tokens included")
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(run=run_tokenizer)

    one = commands.add_parser("train", help="train or resume")
    one.add_argument("--corpus", type=Path, required=True, help="work directory of corpus and tokenizer")
    one.add_argument("--work", type=Path, required=True, help="directory of this run: state, log, latest checkpoint")
    one.add_argument("--minutes", type=float, required=True, help="wall-clock budget, all runs together")
    one.add_argument("--ratio", type=int, default=4, help="tokens per latent")
    one.add_argument("--pooling", choices=config.POOLING, default="mean", help="of a group's states (default mean)")
    one.add_argument("--from", type=Path, dest="start", help="checkpoint to start from, of this or a lower ratio")
    one.add_argument(
        "--stage",
        choices=list(schedule.STAGES),
        help="default: first from random weights, skills from a checkpoint of the same ratio, ratio from a lower one",
    )
    one.add_argument("--tokens", type=int, default=8192, help="context tokens a batch")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--held-out", type=Path, help="text file for the evaluations on the way")
    one.add_argument("--device", type=device, default="cpu", help="cpu or cuda (default cpu)")
    one.add_argument("--bfloat16", action="store_true", help="multiply in bfloat16: GPUs, CPUs with AMX or AVX512_BF16")
    one.add_argument("--keep", action="store_true", help="keep a checkpoint every three minutes, for lclm mean")
    one.add_argument("--compile", action="store_true", help="use torch.compile: a minute or two, then faster steps")
    one.set_defaults(run=run_train)

    one = commands.add_parser("evaluate", help="reconstruction, needles and continuations on a held-out text")
    one.add_argument("--model", type=Path, required=True, help="checkpoint directory")
    one.add_argument("--text", type=Path, required=True, help="held-out text file")
    one.add_argument("--repeat", type=positive, nargs="*", default=[64, 256, 1024, 2048], help="lengths")
    one.add_argument("--needles", type=positive, nargs="*", default=[1024, 4096, 16384, 24576], help="lengths")
    one.add_argument("--samples", type=positive, default=20, help="texts to repeat per length")
    one.add_argument("--questions", type=positive, default=40, help="needle questions per length")
    one.add_argument("--continue", dest="continuations", type=positive, nargs="*", default=[256, 1024], help="lengths")
    one.add_argument("--texts", type=positive, default=48, help="texts to continue per length")
    one.set_defaults(run=run_evaluate)

    one = commands.add_parser("export", help="write the checkpoint of a training state")
    one.add_argument("--corpus", type=Path, required=True, help="work directory of corpus and tokenizer")
    one.add_argument("--work", type=Path, required=True, help="directory of the run")
    one.add_argument("--out", type=Path, required=True, help="checkpoint directory to write")
    one.add_argument("--ratio", type=int, default=4, help="tokens per latent")
    one.add_argument("--pooling", choices=config.POOLING, default="mean", help="as it is trained")
    one.set_defaults(run=run_export)

    one = commands.add_parser("mean", help="write the mean of the weights of checkpoints, one trained from the other")
    one.add_argument("--models", type=Path, nargs="+", required=True, help="checkpoint directories of one tokenizer")
    one.add_argument("--out", type=Path, required=True, help="checkpoint directory to write")
    one.set_defaults(run=run_mean)

    one = commands.add_parser("golden", help="write golden vectors beside a checkpoint")
    one.add_argument("--model", type=Path, required=True, help="checkpoint directory")
    one.add_argument("--text", type=Path, required=True, help="text file to take spans from")
    one.add_argument("--limit", type=int, default=64, help="tokens to decode for each prompt")
    one.set_defaults(run=run_golden)

    one = commands.add_parser("plot", help="draw a training log")
    one.add_argument("--log", type=Path, nargs="+", required=True, help="train.log of each stage, in order")
    one.add_argument("--out", type=Path, required=True, help="image to write (.svg or .png)")
    one.set_defaults(run=run_plot)

    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    options.run(options)
    return 0


def positive(text: str) -> int:
    """A count of something that there must be."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} (expected: a whole number from 1 on)")
    return count


def device(name: str) -> torch.device:
    """A device that torch can use here."""
    known = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    if name not in {*known, *(one.partition(":")[0] for one in known)}:
        raise argparse.ArgumentTypeError(f"{name} (expected: one of {', '.join(known)})")
    return torch.device(name)


def run_corpus(options: argparse.Namespace) -> None:
    """Writes `corpus.txt`; prints characters per package."""
    counts = corpus.build(options.work / "corpus.txt")
    print(json.dumps({"characters": counts, "total": sum(counts.values())}, indent=2))


def run_tokenizer(options: argparse.Namespace) -> None:
    """Writes both tokenizers and `ids.npy`."""
    path = options.work / "corpus.txt"
    documents = [text for text in path.read_text(encoding="utf-8").split(corpus.SEPARATOR) if text]
    if options.start:
        encoder, decoder = tokenizer.both(options.start)
    else:
        sample = random.Random(options.seed).sample(documents, min(len(documents), SAMPLE))  # noqa: S311
        encoder, decoder = tokenizer.train((text[:20_000] for text in sample), options.size)
    tokenizer.save(encoder, options.work / "tokenizer/encoder")
    tokenizer.save(decoder, options.work / "tokenizer/decoder")
    count = data.encode_corpus(path, encoder, options.work / "ids.npy", options.seed)
    print(json.dumps({"documents": len(documents), "ids": count}))


def run_train(options: argparse.Namespace) -> None:
    """Trains, or goes on from the saved state, until the minutes are used up."""
    torch.manual_seed(options.seed)
    encoder, decoder = tokenizer.both(options.corpus / "tokenizer")
    shape = config.nano(encoder.get_vocab_size(), decoder.get_vocab_size(), options.ratio, options.pooling)
    model = LatentContextModel(shape)
    model.initialise(torch.Generator().manual_seed(options.seed))
    stage = "first"
    if options.start:
        tokenizer.check(options.corpus / "tokenizer", options.start)
        stage = "skills" if checkpoint.start(model, options.start) == options.ratio else "ratio"
    stage = options.stage or stage
    model.to(options.device)
    chat, vocabulary = Chat(decoder), data.Vocabulary.of(decoder)
    ids = np.load(options.corpus / "ids.npy")
    words = needles.words_of(encoder, ids[:3_000_000], WORDS)
    text = data.Text(ids, vocabulary)
    tasks = Tasks(text, chat, words, options.ratio, shape.encoder_window_size, options.tokens)
    evaluation = None
    if options.held_out:
        held_out = data.Text(np.array(chat.ids(options.held_out.read_text(encoding="utf-8"))), vocabulary)
        evaluation = Evaluation(model, held_out, chat, words)
    directories = Directories(options.work)
    options.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(
        model,
        tasks,
        (encoder, decoder),
        options.minutes,
        options.seed,
        directories,
        evaluation,
        schedule.STAGES[stage],
        torch.bfloat16 if options.bfloat16 else torch.float32,
        options.keep,
    )
    if trainer.resume():
        print(f"resumed at step {trainer.steps}, {trainer.elapsed:.1f} minutes")
    if options.compile:
        compile_blocks()
    trainer.run()


def run_evaluate(options: argparse.Namespace) -> None:
    """Prints a line per length."""
    model = checkpoint.load(options.model)
    decoder = tokenizer.load(options.model / "decoder")
    chat = Chat(decoder)
    ids = np.array(chat.ids(options.text.read_text(encoding="utf-8")))
    words = needles.words_of(decoder, ids, WORDS)
    evaluation = Evaluation(model, data.Text(ids, data.Vocabulary.of(decoder)), chat, words)
    for length in options.repeat:
        score = evaluation.reconstruction(length, options.samples)
        print(
            f"repeat {length:6d}: {score.tokens:.4f} of tokens, {score.answers:.3f} of {score.count} whole", flush=True
        )
    for length in options.needles:
        score = evaluation.needles(length, options.questions)
        print(f"needle {length:6d}: {score.answers:.4f} of {score.count} answers exact", flush=True)
    for length in options.continuations:
        losses = evaluation.continuation(length, options.texts)
        parts = (f"{kind} ({loss.count}) {loss.compressed:.3f} / {loss.last:.3f}" for kind, loss in losses.items())
        print(f"continue {length:4d}: nats a token, compressed / as many raw: {', '.join(parts)}", flush=True)


def run_export(options: argparse.Namespace) -> None:
    """Writes the saved state as a checkpoint."""
    encoder, decoder = tokenizer.both(options.corpus / "tokenizer")
    model = LatentContextModel(
        config.nano(encoder.get_vocab_size(), decoder.get_vocab_size(), options.ratio, options.pooling)
    )
    state = torch.load(options.work / "state.pt", weights_only=True)
    model.load_state_dict(state["model"])
    checkpoint.save(model, encoder, decoder, options.out)


def run_mean(options: argparse.Namespace) -> None:
    """Writes the mean as a checkpoint."""
    for other in options.models[1:]:
        tokenizer.check(options.models[0], other)
    model = checkpoint.mean(options.models)
    checkpoint.save(model, *tokenizer.both(options.models[0]), options.out)


def run_golden(options: argparse.Namespace) -> None:
    """Writes `golden.json` into the checkpoint directory."""
    golden.write(options.model, options.text.read_text(encoding="utf-8"), options.limit)


def run_plot(options: argparse.Namespace) -> None:
    """Writes the image."""
    plot.draw(options.log, options.out)
