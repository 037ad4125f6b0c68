package ai.laconic.encoder.batch;

import ai.laconic.servicekit.admission.Admission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** A batcher over a fake encoder, for each test a new one. */
abstract class RunningBatcher {
  static final Duration LONG = Duration.ofMinutes(10);

  final FakeEncoder encoder = new FakeEncoder(4, 1);

  /** Why the process would have ended. */
  final List<String> exits = new CopyOnWriteArrayList<>();

  final Admission admission = Batches.room(100);
  Batcher batcher = start(Duration.ZERO);

  private Batcher start(Duration maxWait) {
    return Batcher.start(
        encoder, new BatchPolicy(32, maxWait), admission, exits::add, System::nanoTime);
  }

  BatchJob admit(String tenant, long tokens) {
    return Batches.admit(batcher, tenant, tokens);
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
