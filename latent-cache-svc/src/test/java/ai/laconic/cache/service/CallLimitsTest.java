package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.HOUR;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.service.CacheServer.Answer;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.Block;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that are slow, leave, or are many. */
class CallLimitsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CacheServer server;

  @BeforeEach
  void start() throws Exception {
    server = new CacheServer(1);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void aSlowReaderIsNotReadAheadOfAndOthersWaitUntilItLeaves() throws Exception {
    byte[] megabyte = block(1, 32 << 10);
    for (int n = 0; n < 40; n++) {
      server.store.putBlock(id(n), megabyte, HOUR);
    }
    SlowReader reader = new SlowReader();
    server
        .async(ACME)
        .getBlocks(
            GetBlocksRequest.newBuilder()
                .addAllLatentIds(ids(0, 40).stream().map(LatentId::hex).toList())
                .build(),
            reader);

    reader.request(2);
    await().atMost(PATIENCE).until(() -> reader.received.get() == 2);
    assertThat(server.store.blocksRead.get()).isLessThanOrEqualTo(4);
    CompletableFuture<Void> next = CompletableFuture.runAsync(this::list);
    await().atMost(PATIENCE).until(() -> server.running.waiting() == 1);
    assertThat(next).isNotDone();

    reader.leave();
    assertThat(next).succeedsWithin(PATIENCE);
    assertThat(server.store.blocksRead.get()).isLessThanOrEqualTo(8);
  }

  @Test
  void anUploadThatIsCancelledLeavesNothing() throws Exception {
    StreamObserver<PutContextRequest> call = beginUpload(server.async(ACME)::putContext);

    call.onError(Status.CANCELLED.withDescription("tab closed").asRuntimeException());

    await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 0);
    await().atMost(PATIENCE).untilAsserted(this::assertNothingStored);
  }

  @Test
  void aCallThatWaitsEndsWithItsDeadlineAndTakesNoPlace() {
    StreamObserver<PutContextRequest> call = beginUpload(server.async(ACME)::putContext);

    assertThatThrownBy(
            () ->
                server
                    .blocking(ACME)
                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                    .findContexts(FindContextsRequest.getDefaultInstance()))
        .hasMessageStartingWith("DEADLINE_EXCEEDED");

    await().atMost(PATIENCE).until(() -> server.running.waiting() == 0);
    call.onError(Status.CANCELLED.asRuntimeException());
    await().atMost(PATIENCE).until(() -> server.running.inUse() == 0);
  }

  @Test
  void anUploadThatFallsSilentEndsWithItsDeadline() {
    Answer<PutContextRequest, PutContextResponse> answer = new Answer<>();
    StreamObserver<PutContextRequest> call =
        beginUpload(
            ignored ->
                server.async(ACME).withDeadlineAfter(2, TimeUnit.SECONDS).putContext(answer));

    assertThatThrownBy(answer::get).hasMessageStartingWith("DEADLINE_EXCEEDED");
    await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 0);
    await().atMost(PATIENCE).untilAsserted(this::assertNothingStored);
    assertThat(call).isNotNull();
  }

  @Test
  void anUploadWithAMessageThatBreaksTheContractLeavesNothing() {
    Answer<PutContextRequest, PutContextResponse> answer = new Answer<>();
    StreamObserver<PutContextRequest> call =
        beginUpload(ignored -> server.async(ACME).putContext(answer));

    call.onNext(PutContextRequest.getDefaultInstance());

    assertThatThrownBy(answer::get).hasMessageStartingWith("INVALID_ARGUMENT: part: missing");
    await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 0);
    await().atMost(PATIENCE).untilAsserted(this::assertNothingStored);
  }

  private StreamObserver<PutContextRequest> beginUpload(
      Function<StreamObserver<PutContextResponse>, StreamObserver<PutContextRequest>> method) {
    StreamObserver<PutContextRequest> call = method.apply(new Answer<>());
    call.onNext(
        PutContextRequest.newBuilder().setManifest(context(1, START, List.of("a", "b"))).build());
    call.onNext(
        PutContextRequest.newBuilder().setText(SegmentText.newBuilder().setText("a")).build());
    await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 1);
    return call;
  }

  private void assertNothingStored() {
    assertThatThrownBy(
            () ->
                server
                    .blocking(ACME)
                    .getContext(
                        GetContextRequest.newBuilder().setContextId(contextId(1).value()).build()))
        .hasMessageStartingWith("NOT_FOUND: context");
  }

  private void list() {
    assertThat(
            server
                .blocking(ACME)
                .findContexts(FindContextsRequest.getDefaultInstance())
                .getContextsList())
        .isEmpty();
  }

  /** Takes only as many answers as it asks for. */
  private static final class SlowReader implements ClientResponseObserver<GetBlocksRequest, Block> {
    private final CountDownLatch started = new CountDownLatch(1);
    final AtomicInteger received = new AtomicInteger();
    private volatile @Nullable ClientCallStreamObserver<GetBlocksRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<GetBlocksRequest> call) {
      call.disableAutoRequestWithInitial(0);
      this.call = call;
      started.countDown();
    }

    void request(int count) throws InterruptedException {
      call().request(count);
    }

    void leave() throws InterruptedException {
      call().cancel("leaves", null);
    }

    private ClientCallStreamObserver<GetBlocksRequest> call() throws InterruptedException {
      started.await();
      ClientCallStreamObserver<GetBlocksRequest> begun = call;
      if (begun == null) {
        throw new IllegalStateException("not started");
      }
      return begun;
    }

    @Override
    public void onNext(Block block) {
      received.incrementAndGet();
    }

    @Override
    public void onError(Throwable thrown) {}

    @Override
    public void onCompleted() {}
  }
}
