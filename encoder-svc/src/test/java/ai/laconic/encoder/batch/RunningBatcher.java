package ai.laconic.encoder.batch;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A batcher over a fake encoder, for each test a new one. */
abstract class RunningBatcher {
  static final Duration LONG = Duration.ofMinutes(10);

  final FakeEncoder encoder = new FakeEncoder(4, 1);
  Batcher batcher = start(Duration.ZERO);

  private Batcher start(Duration maxWait) {
    return Batcher.start(encoder, new BatchLimits(32, maxWait, 100), System::nanoTime);
  }

  void restart(Duration maxWait) {
    batcher.close();
    batcher = start(maxWait);
  }

  @AfterEach
  void close() {
    encoder.releaseAll();
    batcher.close();
  }
}
