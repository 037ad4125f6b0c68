package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.decoder.prompt.PreparedPrompt;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The engine at work on one prompt, for one call. The latents have their room in memory from before
 * they are pulled until the engine has read them. Closing it cancels the work.
 */
final class EngineRun implements AutoCloseable {
  /** Tokens between engine and client: enough that a step never waits for a thread to wake up. */
  private static final int TOKENS_AHEAD = 32;

  private final PreparedPrompt prompt;
  private final LatentPuller puller;
  private final LatentMemory.Room room;
  private final TokenQueue tokens;

  /**
   * Reserves room for the prompt's latents.
   *
   * @param abandon ends the call if the engine fails while nobody reads
   * @throws StatusRuntimeException RESOURCE_EXHAUSTED if there is no room
   */
  EngineRun(
      PreparedPrompt prompt,
      LatentMemory memory,
      LatentPuller puller,
      Consumer<StatusRuntimeException> abandon) {
    this.prompt = prompt;
    this.puller = puller;
    room = memory.reserve(puller.bytes(prompt.latents()));
    tokens = new TokenQueue(TOKENS_AHEAD, abandon);
  }

  /** What the engine is to do with the whole prompt. */
  interface Work {
    /** Admits the work; the listener is told the tokens. */
    Generation begin(DecodePrompt prompt, TokenListener listener);
  }

  /** Pulls the latents and begins. Afterwards nothing but the engine refers to them. */
  void start(Work work) throws StatusException, InterruptedException {
    DecodePrompt whole = new DecodePrompt(prompt.ids(), puller.pull(prompt.blocks()));
    tokens.start(() -> work.begin(whole, tokens));
  }

  /**
   * Waits for the next token; empty after the last.
   *
   * @throws StatusRuntimeException why the engine failed, or CANCELLED if the call ended
   */
  OptionalInt next() throws InterruptedException {
    OptionalInt token = tokens.next();
    // The engine let go of the latents when it had read them.
    room.release();
    return token;
  }

  /** Returns why the answer is complete, once {@link #next} was empty. */
  EndReason reason() {
    return tokens.reason();
  }

  @Override
  public void close() {
    try {
      tokens.close();
    } finally {
      room.release();
    }
  }
}
