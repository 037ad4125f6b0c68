package ai.laconic.servicekit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.TestServer;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class StreamingCallsTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private StreamingCalls calls = calls(Duration.ofMinutes(1), Duration.ofMinutes(1));
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger read = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicReference<Throwable> ended = new AtomicReference<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private StreamingCalls.Answering<GetBlocksResponse> answer = responses -> {};
  private StreamingCalls.Conversing<PutBlocksRequest, PutBlocksResponse> converse =
      (requests, responses) -> {};

  private final TestServer server =
      TestServer.start(
          new LatentCacheServiceGrpc.LatentCacheServiceImplBase() {
            @Override
            public void getBlocks(
                GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
              calls.answer(request, responses, writer -> answer.handle(writer));
              Context.current().addListener(gone -> left.incrementAndGet(), Runnable::run);
              arrived.incrementAndGet();
            }

            @Override
            public StreamObserver<PutBlocksRequest> putBlocks(
                StreamObserver<PutBlocksResponse> responses) {
              return calls.converse(responses, (reader, writer) -> converse.handle(reader, writer));
            }
          },
          List.of(
              new TenantServerInterceptor(headers -> TenantId.DEFAULT),
              new ProblemServerInterceptor()));

  private StreamingCalls calls(Duration maxWait, Duration grace) {
    return new StreamingCalls(
        "test",
        new Admission("test calls", new AdmissionLimits(2, 1, 16, maxWait), timer),
        new MinDataRate(DataSize.ofKilobytes(1), grace));
  }

  @AfterEach
  void close() {
    release.countDown();
    server.close();
    calls.close();
    timer.shutdownNow();
  }

  private Iterator<GetBlocksResponse> blocks() {
    return LatentCacheServiceGrpc.newBlockingStub(server.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .getBlocks(GetBlocksRequest.getDefaultInstance());
  }

  private void writeForever(ResponseWriter<GetBlocksResponse> responses)
      throws InterruptedException {
    try {
      while (true) {
        responses.write(
            GetBlocksResponse.newBuilder()
                .setPiece(BlockPiece.newBuilder().setData(ByteString.copyFrom(new byte[8192])))
                .build());
        written.incrementAndGet();
      }
    } catch (StatusRuntimeException e) {
      ended.set(e);
      throw e;
    }
  }

  @Test
  void answersInOrderAndCompletes() {
    answer =
        responses -> {
          for (int i = 0; i < 100; i++) {
            responses.write(
                GetBlocksResponse.newBuilder()
                    .setPiece(BlockPiece.newBuilder().setLatentId(Integer.toString(i)))
                    .build());
          }
        };
    Iterator<GetBlocksResponse> blocks = blocks();
    for (int i = 0; i < 100; i++) {
      assertThat(blocks.next().getPiece().getLatentId()).isEqualTo(Integer.toString(i));
    }
    assertThat(blocks.hasNext()).isFalse();
  }

  @Test
  void writesNoFasterThanTheClientReadsAndEndsWithIt() {
    answer = this::writeForever;
    ClientCall<GetBlocksRequest, GetBlocksResponse> call =
        server.channel().newCall(LatentCacheServiceGrpc.getGetBlocksMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(GetBlocksRequest.getDefaultInstance());
    call.halfClose();
    call.request(3);

    await().until(() -> written.get() >= 3);
    await().during(200, TimeUnit.MILLISECONDS).until(() -> written.get() < 64);
    call.cancel("gone", null);
    await().until(() -> ended.get() != null);
    assertThat(ended.get()).hasMessageContaining("ended by its client");
  }

  @Test
  void offersNoMoreThanTheClientTakes() throws Exception {
    CompletableFuture<Integer> taken = new CompletableFuture<>();
    CountDownLatch told = new CountDownLatch(1);
    answer =
        responses -> {
          int count = 0;
          while (responses.offer(GetBlocksResponse.getDefaultInstance(), Duration.ZERO)) {
            count++;
          }
          taken.complete(count);
          told.await();
          responses.write(GetBlocksResponse.getDefaultInstance());
        };
    Iterator<GetBlocksResponse> blocks = blocks();

    int count = taken.get(30, TimeUnit.SECONDS);
    told.countDown();

    for (int i = 0; i <= count; i++) {
      assertThat(blocks.next()).isNotNull();
    }
    assertThat(blocks.hasNext()).isFalse();
  }

  @Test
  void failsWithTheProblemThatTheHandlerThrows() {
    answer =
        responses -> {
          throw Problems.notFound("latent", "abc");
        };
    assertThatThrownBy(() -> blocks().next())
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND: latent: abc");
  }

  @Test
  void hidesWhatAnUnexpectedExceptionSays() {
    answer =
        responses -> {
          throw new IllegalStateException("the secret");
        };
    assertThatThrownBy(() -> blocks().next())
        .hasMessageContaining("INTERNAL")
        .hasMessageNotContaining("secret");
  }

  @Test
  void letsOneCallTooManyWait() {
    holdTwoCalls();
    Iterator<GetBlocksResponse> third = blocks();
    await().during(100, TimeUnit.MILLISECONDS).until(() -> written.get() == 2);
    release.countDown();
    assertThat(third.hasNext()).isFalse();
    assertThat(written).hasValue(3);
  }

  @Test
  void refusesACallThatWaitedAsLongAsAnyoneMay() {
    calls = calls(Duration.ofMillis(20), Duration.ofMinutes(1));
    holdTwoCalls();
    assertThatThrownBy(() -> blocks().next())
        .hasMessageContaining("RESOURCE_EXHAUSTED: test calls: none free within 20 ms");
  }

  private void holdTwoCalls() {
    answer =
        responses -> {
          written.incrementAndGet();
          release.await();
        };
    Iterator<GetBlocksResponse> first = blocks();
    Iterator<GetBlocksResponse> second = blocks();
    await().until(() -> written.get() == 2);
    assertThat(first).isNotSameAs(second);
  }

  @Test
  void aClientThatGoesWhileItWaitsIsForgotten() throws Exception {
    holdTwoCalls();
    Context.CancellableContext impatient = Context.current().withCancellation();
    Iterator<GetBlocksResponse> third = impatient.call(this::blocks);
    await().until(() -> arrived.get() == 3);
    impatient.cancel(null);
    assertThatThrownBy(third::next).hasMessageContaining("CANCELLED");
    await().until(() -> left.get() == 1);
    release.countDown();
    assertThat(blocks().hasNext()).isFalse();
    assertThat(written).hasValue(3);
  }

  @Test
  void tellsTheClientOfAnErrorToo() {
    answer =
        responses -> {
          throw new OutOfMemoryError("the secret");
        };
    assertThatThrownBy(() -> blocks().next())
        .hasMessageContaining("INTERNAL")
        .hasMessageNotContaining("secret");
  }

  @Test
  void endsAClientThatTakesNothing() {
    calls = calls(Duration.ofMinutes(1), Duration.ofMillis(50));
    answer = this::writeForever;
    ClientCall<GetBlocksRequest, GetBlocksResponse> call =
        server.channel().newCall(LatentCacheServiceGrpc.getGetBlocksMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(GetBlocksRequest.getDefaultInstance());
    call.halfClose();
    call.request(1);
    await().until(() -> ended.get() != null);
    assertThat(ended.get())
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("takes answers too slowly");
  }

  @Test
  void endsAClientThatSendsNothing() throws Exception {
    calls = calls(Duration.ofMinutes(1), Duration.ofMillis(50));
    converse = (requests, responses) -> requests.read();
    CompletableFuture<PutBlocksResponse> response = new CompletableFuture<>();
    StreamObserver<PutBlocksRequest> silent = put(response);
    assertThatThrownBy(() -> response.get(30, TimeUnit.SECONDS))
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("sends too slowly");
    assertThat(silent).isNotNull();
  }

  @Test
  void endsALateCall() {
    answer = responses -> release.await();
    Iterator<GetBlocksResponse> late =
        LatentCacheServiceGrpc.newBlockingStub(server.channel())
            .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
            .getBlocks(GetBlocksRequest.getDefaultInstance());
    assertThatThrownBy(late::next)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
  }

  @Test
  void readsToTheEndAndNoFurtherThanItIsAsked() throws Exception {
    converse =
        (requests, responses) -> {
          int count = 0;
          for (Optional<PutBlocksRequest> next = requests.read();
              next.isPresent();
              next = requests.read()) {
            count++;
            read.incrementAndGet();
            if (count == 1) {
              release.await();
            }
          }
          responses.write(PutBlocksResponse.newBuilder().setStored(count).build());
        };
    CompletableFuture<PutBlocksResponse> response = new CompletableFuture<>();
    StreamObserver<PutBlocksRequest> call = put(response);
    for (int i = 0; i < 3; i++) {
      call.onNext(PutBlocksRequest.getDefaultInstance());
    }
    await().until(() -> read.get() == 1);
    await().during(100, TimeUnit.MILLISECONDS).until(() -> read.get() == 1);
    release.countDown();
    call.onCompleted();
    assertThat(response.get(30, TimeUnit.SECONDS).getStored()).isEqualTo(3);
  }

  @Test
  void stopsReadingWhenTheClientGoes() throws Exception {
    converse =
        (requests, responses) -> {
          try {
            requests.read();
          } catch (StatusRuntimeException e) {
            ended.set(e);
            throw e;
          }
        };
    Context.CancellableContext client = Context.current().withCancellation();
    client.run(() -> put(new CompletableFuture<>()));
    client.cancel(null);
    await().until(() -> ended.get() != null);
  }

  private StreamObserver<PutBlocksRequest> put(CompletableFuture<PutBlocksResponse> response) {
    return LatentCacheServiceGrpc.newStub(server.channel())
        .putBlocks(
            new StreamObserver<>() {
              @Override
              public void onNext(PutBlocksResponse stored) {
                response.complete(stored);
              }

              @Override
              public void onError(Throwable failure) {
                response.completeExceptionally(failure);
              }

              @Override
              public void onCompleted() {
                response.completeExceptionally(new IllegalStateException("no response"));
              }
            });
  }
}
