package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.gateway.fake.Models;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.AppendOptions;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Sharing;
import com.google.protobuf.Duration;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AppendContextTest {
  private static final ContextOptions OPTIONS =
      ContextOptions.newBuilder()
          .setRatio(4)
          .setName("book")
          .setSharing(Sharing.SHARING_PUBLIC)
          .setExpiration(Expiration.EXPIRATION_SLIDING)
          .setTtl(Duration.newBuilder().setSeconds(900))
          .putLabels("kind", "novel")
          .build();
  private static final String BEGINNING = "The first chapter, of two windows.";
  private static final String END = "The last chapter ends here.";

  private final GatewayFixture gateway =
      GatewayFixture.with("limits.max-context-text", "1000B", "limits.text-in-flight", "2000B");

  @AfterEach
  void close() {
    gateway.close();
  }

  private static AppendOptions to(Context parent) {
    return AppendOptions.newBuilder().setParentId(parent.getId()).build();
  }

  @Test
  void theNewContextSharesAllOfItsParentWhichStays() throws Exception {
    Context parent = gateway.upload(OPTIONS, BEGINNING);
    gateway.encoder4.requests.clear();

    Context child = gateway.append(to(parent), END);

    assertThat(child.getId()).isNotEqualTo(parent.getId());
    assertThat(child.getParentId()).isEqualTo(parent.getId());
    assertThat(child.getSegmentsList().subList(0, 2)).isEqualTo(parent.getSegmentsList());
    assertThat(child.getSegmentsList()).extracting(Segment::getSpan).containsExactly(0, 0, 1, 1);
    assertThat(child.getTextBytes()).isEqualTo(BEGINNING.length() + END.length());
    assertThat(gateway.cache.stored("default", parent.getId()).manifest()).isEqualTo(parent);
    assertThat(gateway.encoder4.requests).as("only what is new").hasSize(1);
    Context sent = gateway.cache.put.stream().reduce((first, second) -> second).orElseThrow();
    assertThat(sent.getSegmentsCount()).isEqualTo(2);
    assertThat(sent.getTextBytes()).isEqualTo(END.length());
    assertThat(String.join("", gateway.cache.stored("default", child.getId()).texts().values()))
        .isEqualTo(BEGINNING + END);
  }

  @Test
  void whatIsNotSaidIsTheParents() throws Exception {
    Context parent = gateway.upload(OPTIONS, BEGINNING);
    Context child = gateway.append(to(parent), END);
    assertThat(child.getName()).isEqualTo("book");
    assertThat(child.getLabelsMap()).containsEntry("kind", "novel");
    assertThat(child.getSharing()).isEqualTo(Sharing.SHARING_PUBLIC);
    assertThat(child.getExpiration()).isEqualTo(Expiration.EXPIRATION_SLIDING);
    assertThat(child.getTtl()).isEqualTo(parent.getTtl());
    assertThat(child.getSourceKept()).isTrue();
    assertThat(child.getWindowing()).isEqualTo(FakeEncoder.WINDOWING);
    EncodeSpanRequest asked =
        gateway.encoder4.requests.stream().reduce((first, second) -> second).orElseThrow();
    assertThat(asked.getWindowing())
        .as("not the default any more")
        .isEqualTo(FakeEncoder.WINDOWING);
    assertThat(asked.getSharing()).isEqualTo(Sharing.SHARING_PUBLIC);
  }

  @Test
  void whatIsSaidIsTakenInItsPlace() throws Exception {
    Context parent = gateway.upload(OPTIONS, BEGINNING);
    Context child =
        gateway.append(
            to(parent).toBuilder()
                .setName("")
                .setTtl(Duration.newBuilder().setSeconds(60))
                .putLabels("kind", "draft")
                .setExpiration(Expiration.EXPIRATION_FIXED)
                .build(),
            END);
    assertThat(child.getName()).isEmpty();
    assertThat(child.getTtl().getSeconds()).isEqualTo(60);
    assertThat(child.getExpires().getSeconds()).isEqualTo(GatewayFixture.NOW.getEpochSecond() + 60);
    assertThat(child.getLabelsMap()).containsExactly(Map.entry("kind", "draft"));
    assertThat(child.getExpiration()).isEqualTo(Expiration.EXPIRATION_FIXED);
  }

  @Test
  void aParentWithoutSourceHasChildrenWithout() throws Exception {
    Context parent = gateway.upload(OPTIONS.toBuilder().setDiscardSource(true).build(), BEGINNING);
    Context child = gateway.append(to(parent), END);
    assertThat(child.getSourceKept()).isFalse();
    assertThat(gateway.cache.stored("default", child.getId()).texts()).isEmpty();
  }

  @Test
  void theSameRequestGivesTheSameContext() throws Exception {
    Context parent = gateway.upload(OPTIONS, BEGINNING);
    AppendOptions named = to(parent).toBuilder().setRequestId("r-1").build();
    Context child = gateway.append(named, END);
    gateway.cache.onPut =
        () -> {
          throw Problems.precondition("context", child.getId(), "an ID that no other context has");
        };
    assertThat(gateway.append(named, END)).isEqualTo(child);
    await().until(() -> gateway.cache.reserved(child.getId()) == 0);
    assertFails(
        Code.ALREADY_EXISTS, "request_id: r-1", () -> gateway.append(named, "Another end."));
    assertThat(gateway.cache.contexts).hasSize(2);
  }

  @Test
  void parentsThatAreNoneOrOfAModelThatIsGone() throws Exception {
    Context parent = gateway.upload(OPTIONS, BEGINNING);
    String unknown = "ctx_" + "0".repeat(32);
    assertFails(
        Code.NOT_FOUND,
        "context: " + unknown,
        () -> gateway.append(AppendOptions.newBuilder().setParentId(unknown).build(), END));
    Context old = parent.toBuilder().setFingerprint("c".repeat(64)).build();
    gateway.cache.hold("default", old, List.of(BEGINNING));
    assertFails(
        Code.FAILED_PRECONDITION,
        "fingerprint of context "
            + parent.getId()
            + ": "
            + "c".repeat(64)
            + " (expected: "
            + Models.FINGERPRINT_A
            + " of pool four; make the context again from its text)",
        () -> gateway.append(to(parent), END));
  }

  @Test
  void aContextGrowsUpToTheLimitOfText() throws Exception {
    Context parent = gateway.upload(OPTIONS, "word ".repeat(190));
    assertFails(
        Code.RESOURCE_EXHAUSTED,
        "text: more than 50 bytes to append (expected: at most 1000 bytes in one context)",
        () -> gateway.append(to(parent), "word ".repeat(11)));
    assertThat(gateway.append(to(parent), "word ".repeat(10)).getTextBytes()).isEqualTo(1000);
  }
}
