package ai.laconic.it.load;

import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Random;

/** What clients ask for, again and again, each time something else. */
interface Workload {
  /**
   * Sends one request without waiting for its answer.
   *
   * @param random what is asked
   * @param deadline after which the answer is of no use
   */
  void send(Channel channel, Random random, Duration deadline, Answer answer);

  /** Hears of one answer, on any thread. */
  interface Answer {
    /** Its first message came. */
    void begun();

    /** Its last one did, or a failure. Called once. */
    void ended(Status status);
  }
}
