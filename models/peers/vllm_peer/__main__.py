"""Answers prompts, or encodes windows, with vLLM on a CPU."""

import os
from importlib.metadata import version

from peers.loop import Arguments, Done, Request, claim_output, serve, timed

ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    # The engine stays in this process: one process fewer to share the cores with.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
}


def main() -> None:
    """Serves requests with ``prompts`` and ``new_tokens``, or with ``windows``: lists of ids."""
    answers = claim_output()
    arguments = Arguments.parse()
    os.environ.update(ENVIRONMENT)
    from peers.vllm_peer import engine

    run = engine.generator(arguments) if arguments.task == "generate" else engine.encoder(arguments)

    def answer(request: Request) -> Done:
        return timed(lambda: run(request))

    serve(version("vllm-cpu"), answer, answers)


main()
