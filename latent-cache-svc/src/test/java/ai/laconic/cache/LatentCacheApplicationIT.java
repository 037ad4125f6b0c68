package ai.laconic.cache;

import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.redis.RunningRedis;
import ai.laconic.v1.Block;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.PutBlockRequest;
import ai.laconic.v1.PutBlocksResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The application as it is started, with its settings file and all interceptors. */
class LatentCacheApplicationIT {
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(60);
  private static final Duration HOUR = Duration.newBuilder().setSeconds(3600).build();

  @Test
  void startsWithTheEmbeddedStore() throws Exception {
    try (RunningCache cache = new RunningCache(Map.of())) {
      await().atMost(PATIENCE).until(cache::serving);
      assertThat(cache.context().getBean(CacheProperties.class).store())
          .isEqualTo(CacheProperties.Store.MEMORY);

      // As large as a block may be: the settings file must let it in.
      byte[] largest = block(1, (16 << 20) / 32 - 2);
      assertThat(put(cache, 1, largest).getStored()).isEqualTo(1);
      assertThat(get(cache, 1)).isEqualTo(ByteString.copyFrom(largest));
    }
  }

  @Test
  void interceptorsAreInForce() throws Exception {
    try (RunningCache cache = new RunningCache(Map.of("laconic.cache.max-ttl", "1m"))) {
      assertThatThrownBy(
              () -> cache.anonymous().findContexts(FindContextsRequest.getDefaultInstance()))
          .hasMessage("UNAUTHENTICATED: credentials (expected: header laconic-tenant)");
      assertThatThrownBy(
              () ->
                  cache
                      .stub()
                      .getContext(GetContextRequest.newBuilder().setContextId("ctx_1").build()))
          .hasMessageStartingWith("INVALID_ARGUMENT: context_id: ctx_1 (expected: ");
      assertThatThrownBy(
              () ->
                  cache
                      .stub()
                      .findMissing(
                          FindMissingRequest.newBuilder()
                              .addLatentIds(id(1).hex())
                              .setTtl(Duration.newBuilder().setSeconds(86_400))
                              .build()))
          .hasMessage("INVALID_ARGUMENT: ttl: PT86400S (expected: at most PT1M from now)");
      assertThat(services(cache)).contains("laconic.v1.LatentCacheService");
    }
  }

  @Test
  void aKilledRedisIsUnavailableUntilItIsBack() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RunningCache cache =
            new RunningCache(
                Map.of("laconic.cache.store", "redis", "laconic.cache.redis.uri", redis.uri()))) {
      await().atMost(PATIENCE).until(cache::serving);
      put(cache, 1, block(1));
      assertThat(get(cache, 1)).isEqualTo(ByteString.copyFrom(block(1)));

      redis.stop();
      assertThatThrownBy(() -> get(cache, 1))
          .hasMessageStartingWith("UNAVAILABLE: Redis at 127.0.0.1:" + redis.port() + ": ");
      await().atMost(PATIENCE).until(() -> !cache.serving());

      redis.restart();
      await().atMost(PATIENCE).until(cache::serving);
      assertThatThrownBy(() -> get(cache, 1)).hasMessageStartingWith("NOT_FOUND: latent blocks");
      put(cache, 1, block(1));
      assertThat(get(cache, 1)).isEqualTo(ByteString.copyFrom(block(1)));
    }
  }

  @Test
  void anUnreadableUriEndsTheStartWithoutShowingIt() {
    assertThatThrownBy(
            () ->
                new RunningCache(
                        Map.of(
                            "laconic.cache.store", "redis",
                            "laconic.cache.redis.uri", "http://:secret@cache"))
                    .close())
        .hasRootCauseMessage(
            "laconic.cache.redis.uri: can't be read"
                + " (expected: redis://[[user]:password@]host[:port][/database])")
        .hasMessageNotContaining("secret");
  }

  private static ByteString get(RunningCache cache, int number) {
    return cache
        .stub()
        .getBlocks(GetBlocksRequest.newBuilder().addLatentIds(id(number).hex()).build())
        .next()
        .getEncoded();
  }

  private static PutBlocksResponse put(RunningCache cache, int number, byte[] encoded)
      throws Exception {
    First<PutBlocksResponse> answer = new First<>();
    StreamObserver<PutBlockRequest> call = cache.async().putBlocks(answer);
    call.onNext(
        PutBlockRequest.newBuilder()
            .setBlock(
                Block.newBuilder()
                    .setLatentId(id(number).hex())
                    .setEncoded(ByteString.copyFrom(encoded)))
            .setTtl(HOUR)
            .build());
    call.onCompleted();
    return answer.get();
  }

  private static String services(RunningCache cache) throws Exception {
    First<ServerReflectionResponse> answer = new First<>();
    StreamObserver<ServerReflectionRequest> call =
        ServerReflectionGrpc.newStub(cache.channel()).serverReflectionInfo(answer);
    call.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    String listed = answer.get().getListServicesResponse().toString();
    call.onCompleted();
    return listed;
  }

  /** The first answer of a call. */
  private static final class First<R> implements StreamObserver<R> {
    private final CompletableFuture<R> future = new CompletableFuture<>();

    @Override
    public void onNext(R value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable thrown) {
      future.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {}

    R get() throws Exception {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
