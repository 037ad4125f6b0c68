package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.DecoderEngineContract;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchingEngineTest extends DecoderEngineContract {
  private final List<DecoderEngine> opened = new ArrayList<>();
  private final List<FakeBatch> batches = new ArrayList<>();

  @Override
  protected DecoderEngine open(int slots, int queueLimit, Duration pauseLimit) {
    FakeBatch batch = new FakeBatch(slots, MAX_POSITIONS);
    BatchingSettings settings =
        new BatchingSettings(
            CountingModel.WIDTH, 3, queueLimit, pauseLimit, Set.of(CountingModel.END));
    DecoderEngine engine = new BatchingEngine(batch, settings, InstantSource.system()).start();
    batches.add(batch);
    opened.add(engine);
    return engine;
  }

  @AfterEach
  void closesTheBatchAfterItsLastUse() {
    opened.forEach(DecoderEngine::close);
    assertThat(batches).allMatch(batch -> batch.closed);
  }

  @Test
  void closesTwice() {
    DecoderEngine engine = open(1, 1, Duration.ofSeconds(1));

    engine.close();
    engine.close();

    assertThat(engine.ready()).isFalse();
  }
}
