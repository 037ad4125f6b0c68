"""vLLM's engine over one part of a checkpoint. Imported once its environment is set."""

from collections.abc import Callable
from typing import Any

from vllm import LLM, SamplingParams
from vllm.config import PoolerConfig

from peers.loop import Arguments, Request

Run = Callable[[Request], tuple[int, int]]


def generator(arguments: Arguments) -> Run:
    """Returns what answers prompts and counts the tokens, and the positions that were cached."""
    model = LLM(**settings(arguments), max_num_seqs=max(arguments.slots, 32))

    def run(request: Request) -> tuple[int, int]:
        count = request["new_tokens"]
        sampling = SamplingParams(temperature=0, max_tokens=count, ignore_eos=True, detokenize=False)
        prompts = [{"prompt_token_ids": prompt} for prompt in request["prompts"]]
        answers = model.generate(prompts, sampling, use_tqdm=False)
        tokens = sum(len(answer.outputs[0].token_ids) for answer in answers)
        return tokens, sum(answer.num_cached_tokens or 0 for answer in answers)

    return run


def encoder(arguments: Arguments) -> Run:
    """Returns what encodes windows, to the last hidden state of each token, and counts the tokens."""
    pooler = PoolerConfig(task="token_embed", use_activation=False)
    model = LLM(**settings(arguments), runner="pooling", pooler_config=pooler, enable_prefix_caching=False)

    def run(request: Request) -> tuple[int, int]:
        windows = [{"prompt_token_ids": window} for window in request["windows"]]
        states = model.encode(windows, pooling_task="token_embed", use_tqdm=False)
        return sum(len(state.outputs.data) for state in states), 0

    return run


def settings(arguments: Arguments) -> dict[str, Any]:
    """Returns what both have in common."""
    return {
        "model": str(arguments.model),
        "dtype": arguments.dtype,
        "max_model_len": arguments.positions,
        # Compiling takes minutes, and saves nothing that was seen on a model of this size.
        "enforce_eager": True,
    }
