"""The command line."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from lclm import corpus, golden, plot, run


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lclm", description="Make and measure an LCLM.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    one = commands.add_parser("run", help="from a recipe to a checkpoint; goes on where it was broken off")
    one.add_argument("recipe", type=Path, help="TOML file; its name is the model's")
    one.add_argument("--work", type=Path, required=True, help="directory outside the repository; gigabytes")
    one.add_argument("--device", type=device, default="cpu", help="cpu or cuda (default cpu)")
    one.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    one.add_argument("--bfloat16", action="store_true", help="multiply in bfloat16: GPUs, CPUs with AMX or AVX512_BF16")
    one.add_argument("--compile", action="store_true", help="use torch.compile: a minute or two, then faster steps")

    one = commands.add_parser("golden", help="write golden vectors beside a checkpoint")
    one.add_argument("--model", type=Path, required=True, help="checkpoint directory")
    one.add_argument("--text", type=Path, required=True, help="text file to take spans from")

    one = commands.add_parser("overlap", help="list the runs of words that a text shares with a corpus")
    one.add_argument("--corpus", type=Path, required=True, help="corpus.txt of a work directory")
    one.add_argument("--text", type=Path, required=True, help="text file that should share nothing")
    one.add_argument("--words", type=int, default=12, help="words of a run that counts (default 12)")

    one = commands.add_parser("plot", help="draw a training log")
    one.add_argument("log", type=Path, help="log.jsonl of a training")
    one.add_argument("--out", type=Path, required=True, help="image to write (.svg or .png)")

    options = parser.parse_args(arguments)
    try:
        carry_out(options)
    except ValueError as refused:
        parser.error(str(refused))
    return 0


def carry_out(options: argparse.Namespace) -> None:
    """Runs the command that the options name."""
    if options.command == "run":
        if options.threads:
            torch.set_num_threads(options.threads)
        print(run.run(options.recipe, options.work, options.device, options.bfloat16, options.compile))
    elif options.command == "golden":
        golden.write(options.model, options.text.read_text(encoding="utf-8"))
    elif options.command == "overlap":
        for line in corpus.overlap(options.corpus, options.text.read_text(encoding="utf-8"), options.words):
            print(line)
    else:
        plot.draw(options.log, options.out)


def device(name: str) -> torch.device:
    """A device that torch can use here."""
    known = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    if name not in {*known, *(one.partition(":")[0] for one in known)}:
        raise argparse.ArgumentTypeError(f"{name} (expected: one of {', '.join(known)})")
    return torch.device(name)
