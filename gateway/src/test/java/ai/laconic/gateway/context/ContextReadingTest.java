package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Digests;
import ai.laconic.gateway.fake.Hang;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceBlockingStub;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ContextReadingTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String UNKNOWN = "ctx_" + "0".repeat(32);

  private final GatewayFixture gateway =
      GatewayFixture.with(
          "api-keys[0].tenant", "red",
          "api-keys[0].sha256", Digests.sha256("red key"),
          "api-keys[1].tenant", "blue",
          "api-keys[1].sha256", Digests.sha256("blue key"),
          "cache.unary-timeout", "1s",
          "patience", "2s");

  private final ContextServiceBlockingStub red = as("red key");
  private final ContextServiceBlockingStub blue = as("blue key");
  private Context context = Context.getDefaultInstance();

  private ContextServiceBlockingStub as(String key) {
    return GatewayFixture.withHeader(gateway.contexts(), "authorization", "Bearer " + key);
  }

  @BeforeEach
  void create() throws Exception {
    context =
        Uploader.upload(
            GatewayFixture.withHeader(gateway.asyncContexts(), "authorization", "Bearer red key"),
            FOUR,
            "One sentence. Another sentence. A third sentence.");
    assertThat(context.getSegmentCount()).isEqualTo(3);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private static DescribeContextRequest describe(String id) {
    return DescribeContextRequest.newBuilder().setContextId(id).build();
  }

  private static List<SegmentText> expand(
      ContextServiceBlockingStub stub, String id, Integer... segments) {
    List<SegmentText> texts = new ArrayList<>();
    stub.expandSegments(
            ExpandSegmentsRequest.newBuilder()
                .setContextId(id)
                .addAllSegments(List.of(segments))
                .build())
        .forEachRemaining(texts::add);
    return texts;
  }

  @Test
  void itsTenantDescribesExpandsListsAndDeletesIt() {
    assertThat(red.describeContext(describe(context.getId()))).isEqualTo(context);
    assertThat(expand(red, context.getId(), 2, 0, 0))
        .extracting(SegmentText::getText)
        .containsExactly("sentence.", "One sentence. Anothe", "One sentence. Anothe");
    assertThat(red.listContexts(ListContextsRequest.getDefaultInstance()).getContextsList())
        .extracting(Context::getId)
        .containsExactly(context.getId());
    red.deleteContext(DeleteContextRequest.newBuilder().setContextId(context.getId()).build());
    assertFails(
        Code.NOT_FOUND,
        "context: " + context.getId(),
        () -> red.describeContext(describe(context.getId())));
  }

  @Test
  void toAnotherTenantItDoesNotExist() {
    assertFails(
        Code.NOT_FOUND,
        "context: " + context.getId() + " (expected: an ID that exists)",
        () -> blue.describeContext(describe(context.getId())));
    assertFails(
        Code.NOT_FOUND, "context: " + context.getId(), () -> expand(blue, context.getId(), 0));
    assertFails(
        Code.NOT_FOUND,
        "context: " + context.getId(),
        () ->
            blue.deleteContext(
                DeleteContextRequest.newBuilder().setContextId(context.getId()).build()));
    assertThat(blue.listContexts(ListContextsRequest.getDefaultInstance()).getContextsList())
        .isEmpty();
    assertThat(red.describeContext(describe(context.getId()))).isEqualTo(context);
  }

  @Test
  void aTenantIsNotTakenAtItsWord() {
    ContextServiceBlockingStub liar = GatewayFixture.withHeader(blue, "laconic-tenant", "red");
    assertFails(
        Code.NOT_FOUND,
        "context: " + context.getId(),
        () -> liar.describeContext(describe(context.getId())));
    assertFails(
        Code.UNAUTHENTICATED,
        "header authorization: Bearer and an API key",
        () ->
            GatewayFixture.withHeader(gateway.contexts(), "laconic-tenant", "red")
                .describeContext(describe(context.getId())));
    assertThat(gateway.encoder4.tenants).containsOnly("red");
  }

  @Test
  void aWrongKeyIsNobody() {
    assertFails(
        Code.UNAUTHENTICATED,
        "an API key that is known here",
        () -> as("green key").listContexts(ListContextsRequest.getDefaultInstance()));
    assertFails(
        Code.UNAUTHENTICATED,
        "header authorization",
        () -> Uploader.upload(gateway.asyncContexts(), FOUR, "text"));
  }

  @Test
  void idsThatAreUnknownOrNone() {
    assertFails(
        Code.NOT_FOUND, "context: " + UNKNOWN, () -> red.describeContext(describe(UNKNOWN)));
    assertFails(Code.NOT_FOUND, "context: " + UNKNOWN, () -> expand(red, UNKNOWN, 0));
    assertFails(
        Code.INVALID_ARGUMENT, "context_id: ctx_1", () -> red.describeContext(describe("ctx_1")));
  }

  @Test
  void segmentsThatItDoesNotHave() {
    assertFails(
        Code.OUT_OF_RANGE,
        "segment: 9 (expected: 0 to 2)",
        () -> expand(red, context.getId(), 0, 9));
    assertFails(
        Code.OUT_OF_RANGE,
        "segments[0]: 4294967295 (expected: at most 2147483647)",
        () -> expand(red, context.getId(), -1));
    assertFails(Code.INVALID_ARGUMENT, "segments: ", () -> expand(red, context.getId()));
  }

  @Test
  void aSourceThatWasNotKept() throws Exception {
    Context bare =
        Uploader.upload(
            GatewayFixture.withHeader(gateway.asyncContexts(), "authorization", "Bearer red key"),
            FOUR.toBuilder().setDiscardSource(true).build(),
            "text");
    assertFails(
        Code.FAILED_PRECONDITION,
        "context " + bare.getId() + ": made without keeping its source",
        () -> expand(red, bare.getId(), 0));
  }

  @Test
  void pagesPassThrough() {
    gateway.cache.nextPage = "next";
    ListContextsResponse page =
        red.listContexts(
            ListContextsRequest.newBuilder().setPageSize(7).setPageToken("this").build());
    assertThat(page.getNextPageToken()).isEqualTo("next");
    assertThat(gateway.cache.finds)
        .containsExactly(
            ListContextsRequest.newBuilder().setPageSize(7).setPageToken("this").build());
    assertFails(
        Code.INVALID_ARGUMENT,
        "page_size: 1001",
        () -> red.listContexts(ListContextsRequest.newBuilder().setPageSize(1001).build()));
  }

  @Test
  void aCacheThatIsUnavailableIsAskedAgainToReadAndNotToDelete() {
    AtomicInteger failures = new AtomicInteger(1);
    gateway.cache.onGet =
        () -> {
          if (failures.getAndDecrement() > 0) {
            throw Status.UNAVAILABLE.withDescription("restarting").asRuntimeException();
          }
        };
    assertThat(red.describeContext(describe(context.getId()))).isEqualTo(context);
    failures.set(9);
    assertThat(
            saysRetry(
                assertFails(
                    Code.UNAVAILABLE,
                    "cache: restarting",
                    () -> red.describeContext(describe(context.getId())))))
        .isTrue();
    assertThat(failures).as("four attempts").hasValue(5);

    gateway.cacheTier.close();
    assertFails(
        Code.UNAVAILABLE,
        "cache: ",
        () ->
            red.deleteContext(
                DeleteContextRequest.newBuilder().setContextId(context.getId()).build()));
  }

  @Test
  void aCacheThatNeverAnswersIsLate() {
    CountDownLatch hang = new CountDownLatch(1);
    gateway.cache.onGet = () -> Hang.until(hang);
    assertFails(
        Code.UNAVAILABLE,
        "cache: no answer within its limit",
        () -> red.describeContext(describe(context.getId())));
    hang.countDown();
  }
}
