package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.CountingModel.startingWith;
import static ai.laconic.decoder.engine.triton.TritonHarness.LONG;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitEnd;
import static ai.laconic.decoder.engine.triton.TritonHarness.awaitReady;
import static ai.laconic.decoder.engine.triton.TritonHarness.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.RecordingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What two servers take together. */
class SeveralServersTest {
  private final TritonHarness harness;
  private final TritonEngine engine;

  SeveralServersTest() throws IOException {
    harness = new TritonHarness(2);
    harness.servers.forEach(server -> server.triton.slow = true);
    engine = harness.open(1, LONG);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private List<Generation> startThatStay(int count) {
    List<Generation> generations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RecordingListener listener = new RecordingListener();
      generations.add(engine.submit(request(startingWith(i), 9), listener));
      await().until(() -> !listener.tokens().isEmpty());
    }
    return generations;
  }

  private void awaitRequests(int first, int second) {
    await().until(() -> harness.triton(0).requests.size() == first);
    await().until(() -> harness.triton(1).requests.size() == second);
  }

  @Test
  void shareWhatComes() {
    startThatStay(4);

    awaitRequests(2, 2);
    assertThat(engine.load()).isEqualTo(new EngineLoad(2, 2));
    assertThat(engine.info().slots()).isEqualTo(2);
  }

  @Test
  void giveTheNextOneToTheLessBusy() {
    List<Generation> generations = startThatStay(4);
    generations.get(1).cancel();
    generations.get(3).cancel();

    startThatStay(2);

    awaitRequests(2, 4);
  }

  @Test
  void doWithoutTheOneThatIsNotReady() {
    harness.triton(0).modelReady = false;
    awaitReady(engine, 1);

    startThatStay(2);

    awaitRequests(0, 2);
    assertThat(engine.ready()).isTrue();
    engine.checkAvailable();
  }

  @Test
  void areUnavailableWhenNoneIsReady() throws InterruptedException {
    harness.triton(0).modelReady = false;
    harness.servers.get(1).kill();
    awaitReady(engine, 0);

    assertThat(engine.ready()).isFalse();
    assertThatThrownBy(engine::checkAvailable)
        .hasMessage("UNAVAILABLE: engine: triton: 0 of 2 servers ready (expected: 1 or more)");
  }

  @Test
  void takeWhatWasRefusedOnceOneIsBack() throws Exception {
    harness.servers.get(0).kill();
    harness.servers.get(1).kill();
    awaitReady(engine, 0);
    harness.servers.get(1).restart();
    awaitReady(engine, 1);
    harness.triton(1).slow = false;
    RecordingListener listener = new RecordingListener();

    engine.submit(request(startingWith(3), 2), listener);

    awaitEnd(listener);
    assertThat(listener.tokens()).containsExactly(3, 4);
  }
}
