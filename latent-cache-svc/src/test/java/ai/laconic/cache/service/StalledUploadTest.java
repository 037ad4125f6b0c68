package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.service.ContextClient.manifest;
import static ai.laconic.cache.service.ContextClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.service.CacheServer.Answer;
import ai.laconic.servicekit.call.MinDataRate;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Block;
import ai.laconic.v1.PutBlockRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Uploads whose clients stop sending, and come back. */
class StalledUploadTest {
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(60);
  private static final List<String> TEXTS = List.of("Grüße, ", "Welt");
  private static final PutContextRequest MANIFEST = manifest(context(1, START, TEXTS).build());

  @Test
  void aContextWhoseClientFallsSilentIsDropped() throws Exception {
    try (CacheServer server = impatient()) {
      Answer<PutContextRequest, PutContextResponse> answer = new Answer<>();
      StreamObserver<PutContextRequest> call = server.async(ACME).putContext(answer);
      call.onNext(MANIFEST);
      call.onNext(text(0, TEXTS));

      assertEndedForSilence(answer);
      await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 0);
      await().atMost(PATIENCE).until(() -> server.running.inUse() == 0);
      assertThat(server.store.findContext(key(ACME, 1))).isEmpty();
    }
  }

  @Test
  void blocksOfAClientThatFallsSilentStay() throws Exception {
    try (CacheServer server = impatient()) {
      Answer<PutBlockRequest, PutBlocksResponse> answer = new Answer<>();
      StreamObserver<PutBlockRequest> call = server.async(ACME).putBlocks(answer);
      call.onNext(
          PutBlockRequest.newBuilder()
              .setBlock(
                  Block.newBuilder()
                      .setLatentId(id(1).hex())
                      .setEncoded(ByteString.copyFrom(block(1))))
              .setTtl(Duration.newBuilder().setSeconds(60))
              .build());

      assertEndedForSilence(answer);
      await().atMost(PATIENCE).until(() -> server.running.inUse() == 0);
      assertThat(server.store.readBlocks(List.of(id(1))).get(0)).hasValue(block(1));
    }
  }

  @Test
  void aContextIsWrittenOnceHoweverOftenItIsSent() throws Throwable {
    try (CacheServer server = new CacheServer(4)) {
      ContextClient client = new ContextClient(server);
      Answer<PutContextRequest, PutContextResponse> first = new Answer<>();
      StreamObserver<PutContextRequest> stalled = server.async(ACME).putContext(first);
      stalled.onNext(MANIFEST);
      stalled.onNext(text(0, TEXTS));
      await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 1);

      for (int i = 0; i < 3; i++) {
        client.put(ACME, MANIFEST, text(0, TEXTS), text(1, TEXTS));
      }
      stalled.onNext(text(1, TEXTS));
      stalled.onCompleted();

      assertThat(first.get()).isNotNull();
      assertThat(client.get(ACME, 1)).isEqualTo(MANIFEST.getManifest());
      assertThat(client.texts(ACME, 1, 0, 1)).extracting(SegmentText::getText).isEqualTo(TEXTS);
      assertThat(client.find(ACME, 10, "").getContextsList()).hasSize(1);
      await().atMost(PATIENCE).until(() -> server.store.openUploads.get() == 0);
    }
  }

  private static CacheServer impatient() throws Exception {
    return new CacheServer(
        // Long enough for what was sent to arrive on a busy machine.
        1, new MinDataRate(DataSize.ofMegabytes(1), java.time.Duration.ofSeconds(5)));
  }

  private static void assertEndedForSilence(Answer<?, ?> answer) {
    assertThatThrownBy(answer::get)
        .hasMessageStartingWith("RESOURCE_EXHAUSTED: ")
        .hasMessageContaining("laconic.service.min-data-rate")
        .satisfies(
            thrown -> assertThat(Problems.retryAfter((StatusRuntimeException) thrown)).isPresent());
  }
}
