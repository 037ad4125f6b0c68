package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.triton.TritonHarness.awaitReady;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that starts without the model. */
class ModelControlTest {
  private final TritonHarness harness;
  private final FakeTriton triton;

  ModelControlTest() throws IOException {
    harness = new TritonHarness();
    triton = harness.triton;
    triton.modelReady = false;
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private TritonEngine open(ModelControl control) {
    harness.control = control;
    return harness.openUnready();
  }

  private void awaitAsked(int more) {
    int until = triton.asked.get() + more;
    await().until(() -> triton.asked.get() >= until);
  }

  @Test
  void noneWaitsForSomebodyElse() {
    TritonEngine engine = open(ModelControl.NONE);
    awaitAsked(5);

    assertThat(triton.loads).hasValue(0);
    triton.modelReady = true;
    awaitReady(engine, 1);
    engine.close();
    assertThat(triton.unloads).hasValue(0);
  }

  @Test
  void loadLoadsAndLeavesTheModelThere() {
    TritonEngine engine = open(ModelControl.LOAD);
    awaitReady(engine, 1);

    engine.close();

    assertThat(triton.loads).hasValue(1);
    assertThat(triton.unloads).hasValue(0);
  }

  @Test
  void loadUnloadTakesTheModelAwayAgain() {
    TritonEngine engine = open(ModelControl.LOAD_UNLOAD);
    awaitReady(engine, 1);

    engine.close();
    engine.close();

    assertThat(triton.unloads).hasValue(1);
    assertThat(triton.modelReady).isFalse();
    assertThat(triton.loads).hasValue(1);
  }

  @Test
  void aServerThatIsNotReadyForWantOfItsModelIsHelped() {
    triton.serverReady = false;
    open(ModelControl.LOAD);

    await().until(() -> triton.loads.get() == 1);
  }

  @Test
  void aModelThatDoesNotLoadIsAskedForNowAndThen() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    harness.clock = now::get;
    triton.loadable = false;
    TritonEngine engine = open(ModelControl.LOAD);
    awaitAsked(5);
    assertThat(triton.loads).hasValue(1);
    triton.loadable = true;

    now.set(Instant.EPOCH.plus(ModelLoads.EVERY));

    awaitReady(engine, 1);
    assertThat(triton.loads).hasValue(2);
  }

  @Test
  void closingDoesNotWaitForAServerThatIsGone() throws InterruptedException {
    TritonEngine engine = open(ModelControl.LOAD_UNLOAD);
    awaitReady(engine, 1);
    harness.servers.get(0).kill();

    engine.close();

    assertThat(engine.ready()).isFalse();
  }
}
