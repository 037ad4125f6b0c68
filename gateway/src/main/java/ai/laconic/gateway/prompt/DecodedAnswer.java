package ai.laconic.gateway.prompt;

import ai.laconic.v1.DecodeResponse;
import io.grpc.StatusRuntimeException;

/**
 * What a client gets of one task's events. When a decoder breaks off, the task is sent again, and
 * the events of another one come from the first on.
 *
 * @param <R> the client's message
 */
interface DecodedAnswer<R> {
  /** A decoder begins. */
  void begin();

  /**
   * Takes its next event.
   *
   * @throws StatusRuntimeException UNAVAILABLE if it is not the answer to the task
   */
  void accept(DecodeResponse event) throws InterruptedException;

  /**
   * Returns the client's last message, once the decoder has ended its stream well.
   *
   * @param remadeWindows windows that were made again for it, which its usage tells
   * @throws StatusRuntimeException UNAVAILABLE if the answer isn't complete
   */
  R last(int remadeWindows);

  /** Whether another decoder could do better, after a failure. */
  default boolean isRepeatable() {
    return true;
  }
}
