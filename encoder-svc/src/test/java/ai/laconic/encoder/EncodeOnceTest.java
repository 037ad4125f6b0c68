package ai.laconic.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import com.google.protobuf.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two encoders beside one cache: each window is encoded by one of them. */
class EncodeOnceTest {
  private static final String TEXT = "The quality of mercy is not strained. ".repeat(60);

  private FakeEncoder first;
  private FakeEncoder second;
  private final ExecutorService clients = Executors.newFixedThreadPool(10);
  private EncoderServer one;
  private EncoderServer other;

  @BeforeEach
  void start() throws Exception {
    int width = ModelDirectory.open(Golden.checkpoint()).latentWidth();
    first = new FakeEncoder(4, width);
    second = new FakeEncoder(4, width);
    java.time.Duration timeout = java.time.Duration.ofMinutes(1);
    one = new EncoderServer(first, BlockType.FP16, timeout);
    other = new EncoderServer(second, BlockType.FP16, timeout, one.cache());
  }

  @AfterEach
  void stop() throws Exception {
    clients.shutdownNow();
    other.close();
    one.close();
  }

  private static EncodeSpanRequest request(String text) {
    return EncodeSpanRequest.newBuilder()
        .setText(text)
        .setTtl(Duration.newBuilder().setSeconds(60))
        .build();
  }

  private List<String> ids(List<EncodedWindow> windows) {
    return windows.stream().map(window -> window.getLatent().getLatentId()).toList();
  }

  @Test
  void tenClientsOfTwoEncodersHaveEachWindowEncodedOnce() throws Exception {
    List<Callable<List<EncodedWindow>>> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      EncoderServer server = i % 2 == 0 ? one : other;
      calls.add(() -> server.encode("acme", request(TEXT)));
    }

    List<List<EncodedWindow>> answers = new ArrayList<>();
    for (Future<List<EncodedWindow>> call : clients.invokeAll(calls)) {
      answers.add(call.get());
    }

    long distinct = ids(answers.get(0)).stream().distinct().count();
    assertThat(distinct).isGreaterThan(2);
    assertThat(answers)
        .allSatisfy(answer -> assertThat(ids(answer)).isEqualTo(ids(answers.get(0))));
    assertThat(first.windows() + second.windows()).isEqualTo(distinct);
    assertThat(one.cache().cache().blocks()).hasSize((int) distinct);
  }

  @Test
  void waitsForWhatAnotherMakes() throws Exception {
    List<EncodedWindow> expected = one.encode("acme", request(TEXT));
    String id = ids(expected).get(1);
    var block = one.cache().cache().block(id);
    one.cache().cache().blocks().remove(id);
    one.cache().cache().claim(id, "another");

    Future<List<EncodedWindow>> waiting = clients.submit(() -> other.encode("acme", request(TEXT)));
    Awaitility.await().until(() -> one.cache().cache().claimed() > 3);
    assertThat(waiting).isNotDone();
    one.cache().cache().blocks().put(id, block);

    assertThat(ids(waiting.get())).isEqualTo(ids(expected));
    assertThat(waiting.get()).allMatch(EncodedWindow::getReused);
    assertThat(second.windows()).isZero();
  }

  @Test
  void takesOverFromOneThatDied() throws Exception {
    List<EncodedWindow> expected = one.encode("acme", request(TEXT));
    String id = ids(expected).get(1);
    one.cache().cache().blocks().remove(id);
    one.cache().cache().claim(id, "dead");

    Future<List<EncodedWindow>> waiting = clients.submit(() -> other.encode("acme", request(TEXT)));
    Awaitility.await().until(() -> one.cache().cache().claimed() > 3);
    one.cache().cache().holdersLiving(holder -> !holder.equals("dead"));

    assertThat(ids(waiting.get())).isEqualTo(ids(expected));
    assertThat(second.windows()).isEqualTo(1);
    assertThat(one.cache().cache().blocks()).containsKey(id);
  }

  @Test
  void givesUpItsClaimsWhenItFails() throws Exception {
    first.misbehave(
        windows -> {
          throw new IllegalStateException("on purpose");
        });
    Future<List<EncodedWindow>> failing = clients.submit(() -> one.encode("acme", request(TEXT)));
    Awaitility.await().until(failing::isDone);

    Awaitility.await().untilAsserted(() -> assertThat(one.cache().cache().claims()).isEmpty());
    assertThat(other.encode("acme", request(TEXT))).isNotEmpty();
  }
}
