package ai.laconic.cacheclient.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.TestServer;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.Context;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MissingBlocks;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import com.google.common.collect.ImmutableList;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ContextClientTest {
  private static final String ID = "ctx_" + "1".repeat(32);

  private final FakeContexts cache = new FakeContexts();
  private final TestServer server =
      TestServer.start(cache, List.of(new ProblemServerInterceptor()));
  private final ContextClient client = client(1 << 20);
  private final io.grpc.Context tenant = new TenantId("red").in(io.grpc.Context.ROOT);
  private io.grpc.Context before = io.grpc.Context.ROOT;

  private ContextClient client(long heldBytes) {
    return new ContextClient(server.channel(), new Restarts(Duration.ofSeconds(20)), heldBytes);
  }

  @BeforeEach
  void hold() {
    before = tenant.attach();
    cache.contexts.put(ID, context(1, 2));
  }

  @AfterEach
  void close() {
    tenant.detach(before);
    server.close();
  }

  private static Context context(int revision, int segments) {
    Context.Builder context =
        Context.newBuilder()
            .setId(ID)
            .setName("revision " + revision)
            .setRevision(revision)
            .setSegmentCount(segments)
            .setCreated(Timestamp.newBuilder().setSeconds(100))
            .setExpires(Timestamp.newBuilder().setSeconds(200));
    for (int i = 0; i < segments; i++) {
      context.addSegments(Segment.newBuilder().setLatent(LatentRef.newBuilder().setLatents(i + 1)));
    }
    return context.build();
  }

  @Test
  void aManifestThatWasReadIsNotSentAgain() {
    Context first = client.get(ID);
    assertThat(first).isEqualTo(context(1, 2));
    assertThat(client.use(ID)).isSameAs(first);
    assertThat(cache.gets)
        .containsExactly(
            GetContextRequest.newBuilder().setContextId(ID).build(),
            GetContextRequest.newBuilder()
                .setContextId(ID)
                .setKnownRevision(1)
                .setUse(true)
                .build());
  }

  @Test
  void whatMayChangeIsAsItIsNow() {
    Context unused = client.get(ID);
    cache.contexts.put(ID, context(2, 2));
    assertThat(client.get(ID)).isEqualTo(context(2, 2));
    cache.onGet =
        context -> context.toBuilder().setExpires(Timestamp.newBuilder().setSeconds(300)).build();
    Context slid = client.get(ID);
    assertThat(slid.getExpires().getSeconds()).isEqualTo(300);
    assertThat(slid.getSegmentsList()).isEqualTo(context(2, 2).getSegmentsList());
  }

  @Test
  void aContextThatIsGoneIsGoneAtOnce() {
    Context unused = client.get(ID);
    cache.contexts.clear();
    assertThatThrownBy(() -> client.get(ID)).hasMessageContaining("NOT_FOUND: context: " + ID);
    cache.contexts.put(ID, context(1, 2));
    unused = client.get(ID);
    assertThat(cache.gets.get(2).getKnownRevision()).as("its copy was dropped").isZero();
  }

  @Test
  void aContextThatIsRemovedIsForgotten() {
    Context unused = client.get(ID);
    client.remove(ID);
    cache.contexts.put(ID, context(1, 2));
    unused = client.get(ID);
    assertThat(cache.gets.get(1).getKnownRevision()).isZero();
  }

  @Test
  void anIdThatNamesAnotherContextNowIsReadAnew() {
    Context unused = client.get(ID);
    Context other =
        context(1, 3).toBuilder().setCreated(Timestamp.newBuilder().setSeconds(150)).build();
    cache.contexts.put(ID, other);
    assertThat(client.get(ID)).isEqualTo(other);
    assertThat(cache.gets).hasSize(3);
  }

  @Test
  void tenantsHaveCopiesOfTheirOwn() {
    Context unused = client.get(ID);
    new TenantId("blue")
        .in(io.grpc.Context.ROOT)
        .run(
            () -> {
              Context blue = client.get(ID);
              assertThat(blue).isEqualTo(context(1, 2));
            });
    assertThat(cache.gets.get(1).getKnownRevision()).isZero();
  }

  @Test
  void withoutMemoryNothingIsHeld() {
    ContextClient forgetful = client(0);
    for (int i = 0; i < 3; i++) {
      assertThat(forgetful.get(ID)).isEqualTo(context(1, 2));
    }
  }

  @Test
  void aManifestThatLacksSegmentsIsNotBelieved() {
    cache.onGet = context -> context.toBuilder().removeSegments(0).build();
    assertThatThrownBy(() -> client.get(ID))
        .hasMessageContaining("DATA_LOSS: manifest of context " + ID);
  }

  @Test
  void textsComeInTheOrderAskedForOrNotAtAll() {
    answers(2, 0);
    assertThat(ImmutableList.copyOf(client.texts(ID, List.of(2, 0))))
        .extracting(SegmentText::getIndex)
        .containsExactly(2, 0);
    answers(2);
    assertBroken("1 segments came of 2 asked for");
    answers(2, 1);
    assertBroken("segment 1 came in place of the 0 asked for");
    answers(2, 0, 1);
    assertBroken("more than 2 segments came of 2 asked for");
  }

  private void answers(Integer... segments) {
    cache.texts =
        request ->
            Arrays.stream(segments)
                .map(segment -> SegmentText.newBuilder().setIndex(segment).build())
                .toList();
  }

  private void assertBroken(String message) {
    assertThatThrownBy(() -> ImmutableList.copyOf(client.texts(ID, List.of(2, 0))))
        .hasMessageContaining("DATA_LOSS: text of context " + ID + ": " + message);
  }

  @Test
  void aPutSaysWhatBecameOfIt() throws Exception {
    cache.onPut =
        requests ->
            PutContextResponse.newBuilder().setContext(requests.get(0).getManifest()).build();
    assertThat(client.put(context(1, 1), () -> List.<SegmentText>of().iterator()))
        .isEqualTo(new PutOutcome.Stored(context(1, 1)));
    cache.onPut =
        requests ->
            PutContextResponse.newBuilder()
                .setMissing(MissingBlocks.newBuilder().addLatentIds("a"))
                .build();
    assertThat(client.put(context(1, 1), () -> List.<SegmentText>of().iterator()))
        .isEqualTo(new PutOutcome.Missing(List.of("a")));
    cache.onPut = requests -> PutContextResponse.getDefaultInstance();
    assertThatThrownBy(() -> client.put(context(1, 1), () -> List.<SegmentText>of().iterator()))
        .hasMessageContaining("didn't say whether it stored the context");
  }

  @Test
  void aQuotaIsNotWaitedForAndABusyCacheIs() throws Exception {
    cache.onReserve =
        () -> {
          throw Problems.exhausted("quota", 9, "at most 8", Duration.ofMinutes(1));
        };
    assertThatThrownBy(() -> client.reserve(ID, 9)).hasMessageContaining("quota: 9");
    assertThat(cache.reservations).hasSize(1);

    AtomicInteger tries = new AtomicInteger();
    cache.onReserve =
        () -> {
          if (tries.incrementAndGet() < 3) {
            throw Problems.exhausted("cache calls", 9, "at most 8", Duration.ofMillis(1));
          }
        };
    client.reserve(ID, 9);
    assertThat(tries).hasValue(3);
  }

  @Test
  void bytesAreGivenBackThoughTheCallHasEnded() {
    io.grpc.Context.CancellableContext ended = tenant.withCancellation();
    ended.cancel(null);
    ended.run(() -> client.giveBack(ID));
    await().until(() -> cache.reservations.size() == 1);
    assertThat(cache.reservations.get(0).getBytes()).isZero();
  }
}
