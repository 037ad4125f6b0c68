package ai.laconic.decoder.service;

import ai.laconic.decoder.prompt.PreparedPrompt;
import io.grpc.StatusRuntimeException;

/** Where scores go. Blocks while nobody takes more, and throws once nobody will. */
interface ScoreSink {
  /**
   * Takes the score of the next token.
   *
   * @param text the characters that are complete with it
   */
  void scored(String text, float logprob, boolean firstChoice) throws InterruptedException;

  /**
   * Takes the end.
   *
   * @param tokens of the continuation, the end-of-turn token not counted
   */
  void finished(PreparedPrompt prompt, int tokens) throws InterruptedException;

  /** Ends the call of a client that took nothing for too long. May come from any thread. */
  void abandon(StatusRuntimeException why);
}
