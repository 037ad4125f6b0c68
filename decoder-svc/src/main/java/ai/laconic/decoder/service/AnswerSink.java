package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.prompt.PreparedPrompt;
import io.grpc.StatusRuntimeException;

/** Where an answer goes. Blocks while nobody takes more, and throws once nobody will. */
interface AnswerSink {
  /** The prompt was assembled and admitted. */
  void started(PreparedPrompt prompt) throws InterruptedException;

  void text(String piece) throws InterruptedException;

  /**
   * Takes the end of the answer.
   *
   * @param generated tokens of the answer
   */
  void finished(EndReason reason, PreparedPrompt prompt, int generated) throws InterruptedException;

  /** Ends the call of a client that took nothing for too long. May come from any thread. */
  void abandon(StatusRuntimeException why);
}
