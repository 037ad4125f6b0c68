package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.EncodeSpanRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks that are evicted while their context is made. */
@Timeout(60)
class EvictedBlocksTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String TEXT =
      "A first paragraph of three windows, or so, I think.\n\n"
          + "A second paragraph of three windows, or so, I think.\n\n";

  private final GatewayFixture gateway = GatewayFixture.with("limits.span-text", "60B");

  @AfterEach
  void close() {
    gateway.close();
  }

  private String second() {
    return gateway.encoder4.windows("A second paragraph of").get(0).getLatent().getLatentId();
  }

  @Test
  void onlyTheirSpansAreEncodedAgain() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    gateway.cache.onPut =
        () -> {
          if (puts.getAndIncrement() == 0) {
            gateway.cache.absent.add(second());
          }
        };
    Context context = gateway.upload(FOUR, TEXT);
    assertThat(gateway.cache.puts).hasValue(2);
    assertThat(gateway.encoder4.requests)
        .extracting(EncodeSpanRequest::getText)
        .filteredOn(text -> text.startsWith("A second"))
        .hasSize(2);
    assertThat(gateway.encoder4.requests).hasSize(3);
    assertThat(String.join("", gateway.cache.stored("default", context.getId()).texts().values()))
        .isEqualTo(TEXT);
  }

  @Test
  void aCacheThatCannotHoldTheContextIsGivenUp() {
    gateway.cache.onPut = () -> gateway.cache.absent.add(second());
    assertThat(
            saysRetry(
                assertFails(
                    Code.RESOURCE_EXHAUSTED,
                    "1 evicted before it was stored, after they were encoded again 2 times",
                    () -> gateway.upload(FOUR, TEXT))))
        .isTrue();
    assertThat(gateway.cache.puts).hasValue(3);
    assertThat(gateway.cache.contexts).isEmpty();
  }

  @Test
  void withoutItsTextNothingCanBeEncodedAgain() {
    gateway.cache.onPut = () -> gateway.cache.absent.add(second());
    assertFails(
        Code.RESOURCE_EXHAUSTED,
        "1 evicted before it was stored (expected: all of them in the latent cache",
        () -> gateway.upload(FOUR.toBuilder().setDiscardSource(true).build(), TEXT));
    assertThat(gateway.cache.puts).hasValue(1);
  }

  @Test
  void aSpanIsAffectedIfItHasSuchABlock() {
    List<EncodedSpan> spans =
        List.of(
            new EncodedSpan(ByteString.EMPTY, List.of(Windows.of("a"), Windows.of("b"))),
            new EncodedSpan(ByteString.EMPTY, List.of(Windows.of("c"))),
            new EncodedSpan(ByteString.EMPTY, List.of(Windows.of("b"), Windows.of("d"))));
    assertThat(ContextPut.affected(spans, Set.of("b"))).containsExactly(0, 2);
    assertThat(ContextPut.affected(spans, Set.of("x"))).isEmpty();
  }
}
