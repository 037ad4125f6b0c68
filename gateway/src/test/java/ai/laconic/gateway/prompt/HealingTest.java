package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Digests;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.gateway.fake.Models;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.Part;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.Usage;
import ai.laconic.v1.Windowing;
import com.google.common.collect.ImmutableList;
import io.grpc.Status.Code;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks that are gone are made again from their text while the question waits. */
@Timeout(60)
class HealingTest {
  private static final ContextOptions OPTIONS =
      ContextOptions.newBuilder()
          .setRatio(4)
          .setSharing(Sharing.SHARING_PUBLIC)
          .setWindowing(Windowing.WINDOWING_FIXED)
          .build();
  private static final String FIRST = "A first paragraph of three windows, or so, I think.\n\n";
  private static final String SECOND = "A second paragraph of three windows, or so, I think.\n\n";

  private final GatewayFixture gateway = GatewayFixture.with("limits.span-text", "60B");
  private final AtomicInteger decoding = new AtomicInteger();

  @BeforeEach
  void decodersMissWhatTheCacheLacks() {
    gateway.decoder4.script =
        (request, answers) -> {
          List<String> missing =
              FakeDecoder.latentIds(request).stream()
                  .filter(gateway.cache.absent::contains)
                  .toList();
          if (missing.isEmpty()) {
            FakeDecoder.answer(request, answers);
          } else {
            FakeDecoder.miss(missing, answers);
          }
        };
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private Usage ask(Part... parts) {
    List<GenerateResponse> answers =
        ImmutableList.copyOf(
            gateway
                .generation()
                .generate(GenerateRequest.newBuilder().addTurns(user(parts)).build()));
    return answers.get(answers.size() - 1).getFinished().getUsage();
  }

  private Context create() throws Exception {
    Context context = gateway.upload(OPTIONS, FIRST + SECOND);
    assertThat(context.getSegmentsList())
        .extracting(Segment::getSpan)
        .containsExactly(0, 0, 0, 1, 1, 1);
    gateway.encoder4.requests.clear();
    return context;
  }

  private static String latentId(Context context, int segment) {
    return context.getSegments(segment).getLatent().getLatentId();
  }

  private double remade(String reason) {
    return gateway
        .metrics
        .find("laconic.gateway.remade.windows")
        .tag("reason", reason)
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void aMissingBlockIsMadeAgainOfItsWholeSpanAsItWasMade() throws Exception {
    Context context = create();
    gateway.cache.absent.add(latentId(context, 4));

    Usage usage = ask(context(context.getId()), text("What?"));

    assertThat(usage.getRemadeWindows()).isEqualTo(1);
    assertThat(remade("missing")).isEqualTo(1);
    assertThat(gateway.encoder4.requests).hasSize(1);
    EncodeSpanRequest again = gateway.encoder4.requests.element();
    assertThat(again.getText()).isEqualTo(SECOND);
    assertThat(again.getWindowing()).isEqualTo(Windowing.WINDOWING_FIXED);
    assertThat(again.getSharing()).isEqualTo(Sharing.SHARING_PUBLIC);
    assertThat(again.getTtl().getSeconds()).as("as long as the context").isEqualTo(86_400);
    List<DecodeRequest> decoded = List.copyOf(gateway.decoder4.requests);
    assertThat(decoded).hasSize(2);
    assertThat(decoded.get(1)).isEqualTo(decoded.get(0));
  }

  @Test
  void noDecoderIsHeldMeanwhile() throws Exception {
    Context context = create();
    gateway.cache.absent.add(latentId(context, 0));
    FakeDecoder.Script script = gateway.decoder4.script;
    gateway.decoder4.script =
        (request, answers) -> {
          decoding.incrementAndGet();
          script.decode(request, answers);
          decoding.decrementAndGet();
        };
    AtomicInteger atOnce = new AtomicInteger(-1);
    gateway.encoder4.script =
        (request, windows) -> {
          atOnce.set(decoding.get());
          gateway.encoder4.encodeAll(request, windows);
        };
    ask(context(context.getId()));
    assertThat(atOnce).hasValue(0);
  }

  @Test
  void aScoringHealsToo() throws Exception {
    Context context = create();
    gateway.cache.absent.add(latentId(context, 0));
    gateway.cache.absent.add(latentId(context, 3));
    Usage usage =
        gateway
            .generation()
            .score(
                ScoreRequest.newBuilder()
                    .addTurns(user(context(context.getId())))
                    .setContinuation("Hello, world")
                    .build())
            .getUsage();
    assertThat(usage.getRemadeWindows()).isEqualTo(2);
    assertThat(gateway.encoder4.requests).hasSize(2);
  }

  @Test
  void inlineTextHealsFromThePrompt() {
    gateway.encoder4.onStored = id -> {};
    String id = gateway.encoder4.windows(FIRST).get(0).getLatent().getLatentId();
    gateway.cache.absent.add(id);
    AtomicInteger encoded = new AtomicInteger();
    gateway.encoder4.script =
        (request, windows) -> {
          if (encoded.incrementAndGet() == 2) {
            gateway.cache.absent.clear();
          }
          gateway.encoder4.encodeAll(request, windows);
        };
    assertThat(ask(compress(FIRST)).getRemadeWindows()).isEqualTo(1);
    assertThat(encoded).hasValue(2);
    assertThat(gateway.cache.textsAsked).isEmpty();
  }

  @Test
  void withoutItsSourceTheContextAndTheRemedyAreNamed() throws Exception {
    Context context =
        gateway.upload(OPTIONS.toBuilder().setDiscardSource(true).build(), FIRST + SECOND);
    gateway.cache.absent.add(latentId(context, 1));
    assertFails(
        Code.NOT_FOUND,
        "blocks of context "
            + context.getId()
            + ": 1 are gone (expected: make the context again from its text, or keep its source",
        () -> ask(context(context.getId())));
    assertThat(gateway.decoder4.requests).hasSize(1);
  }

  @Test
  void blocksThatGoFasterThanTheyAreMadeAreGivenUp() throws Exception {
    Context context = create();
    gateway.encoder4.onStored = id -> {};
    gateway.cache.absent.add(latentId(context, 1));
    assertThat(
            saysRetry(
                assertFails(
                    Code.RESOURCE_EXHAUSTED,
                    "blocks of the prompt: 1 evicted again, after they were encoded again 2 times",
                    () -> ask(context(context.getId())))))
        .isTrue();
    assertThat(gateway.decoder4.requests).hasSize(3);
  }

  @Test
  void aDecoderThatNamesOtherBlocksIsNotBelieved() throws Exception {
    Context context = create();
    gateway.decoder4.script =
        (request, answers) -> FakeDecoder.miss(List.of("f".repeat(64)), answers);
    assertFails(
        Code.DATA_LOSS,
        "decoder of pool four: names blocks as missing that the prompt doesn't have",
        () -> ask(context(context.getId())));
  }

  @Test
  void aDecoderThatFindsNothingWithoutNamingItIsHandedOn() throws Exception {
    Context context = create();
    gateway.decoder4.script =
        (request, answers) -> answers.onError(Problems.notFound("something", "else"));
    assertFails(Code.NOT_FOUND, "something: else", () -> ask(context(context.getId())));
    assertThat(gateway.encoder4.requests).isEmpty();
  }

  @Test
  void aSpanThatIsCutInAnotherWayNowIsReadByTheTextOfItsRegions() throws Exception {
    Context context = create();
    gateway.encoder4.windowCharacters = 15;
    gateway.cache.absent.add(latentId(context, 0));

    Usage usage = ask(range(context.getId(), 0, 1), range(context.getId(), 3, 6));
    assertThat(usage.getRemadeWindows()).isEqualTo(2);
    assertThat(remade("recut")).isEqualTo(2);
    assertThat(gateway.encoder4.requests)
        .extracting(EncodeSpanRequest::getText)
        .containsExactly(FIRST, FIRST.substring(0, 20));
    List<DecodeRequest> decoded = List.copyOf(gateway.decoder4.requests);
    DecodeRequest read = decoded.get(1);
    assertThat(read.getTurns(0).getParts(0).getRegion().getLatentsList())
        .isEqualTo(
            gateway.encoder4.windows(FIRST.substring(0, 20)).stream()
                .map(window -> window.getLatent())
                .toList());
    assertThat(read.getTurns(0).getParts(1).getRegion().getLatentsList())
        .as("what is there stays")
        .hasSize(3);

    gateway.encoder4.requests.clear();
    gateway.decoder4.requests.clear();
    assertThat(ask(range(context.getId(), 0, 1)).getRemadeWindows()).as("remembered").isZero();
    assertThat(gateway.encoder4.requests).isEmpty();
    assertThat(gateway.decoder4.requests).hasSize(1);
  }

  @Test
  void aContextOfAModelThatWasReplacedIsReadByItsTextAndTheNextTimeAtOnce() throws Exception {
    Context context = create();
    Context old = outdated(context);
    FakeEncoder encoder = gateway.encoder4;

    assertThat(ask(context(old.getId(), 1), text("What?")).getRemadeWindows()).isEqualTo(5);

    assertThat(remade("outdated")).isEqualTo(5);
    assertThat(encoder.requests)
        .extracting(EncodeSpanRequest::getText)
        .containsExactlyInAnyOrder(FIRST.substring(0, 20), FIRST.substring(40), SECOND);
    assertThat(encoder.requests)
        .extracting(EncodeSpanRequest::getFingerprint)
        .containsOnly(Models.FINGERPRINT_A);
    DecodeRequest read = gateway.decoder4.requests.element();
    assertThat(read.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
    assertThat(read.getTurns(0).getParts(1).getText()).isEqualTo(FIRST.substring(20, 40));

    encoder.requests.clear();
    assertThat(ask(context(old.getId(), 1), text("What?")).getRemadeWindows()).isZero();
    assertThat(encoder.requests).isEmpty();

    gateway.cache.absent.add(FakeDecoder.latentIds(read).get(0));
    assertThat(ask(context(old.getId(), 1), text("What?")).getRemadeWindows())
        .as("what stands in its place heals too")
        .isEqualTo(1);
  }

  /** Holds a context as another model made it. */
  private Context outdated(Context context) {
    Context.Builder old = context.toBuilder().setFingerprint("c".repeat(64));
    for (Segment.Builder segment : old.getSegmentsBuilderList()) {
      segment.getLatentBuilder().setLatentId(Digests.sha256(segment.getLatent().getLatentId()));
    }
    List<String> texts =
        List.copyOf(gateway.cache.stored("default", context.getId()).texts().values());
    old.setId("ctx_" + "1".repeat(32));
    gateway.cache.hold("default", old.build(), texts);
    return old.build();
  }

  @Test
  void anOutdatedContextGoesTogetherWithOneOfTheModelThatIsServed() throws Exception {
    Context context = create();
    Context old = outdated(context);
    assertThat(ask(context(old.getId()), context(context.getId())).getRemadeWindows()).isEqualTo(6);
    assertThat(gateway.decoder4.requests.element().getFingerprint())
        .isEqualTo(Models.FINGERPRINT_A);
  }

  @Test
  void anOutdatedContextWithoutItsSourceIsRefusedWithTheRemedy() throws Exception {
    Context old = outdated(create());
    gateway.cache.hold("default", old.toBuilder().setSourceKept(false).build(), List.of());
    assertFails(
        Code.FAILED_PRECONDITION,
        "fingerprint of context "
            + old.getId()
            + ": "
            + "c".repeat(64)
            + " (expected: "
            + Models.FINGERPRINT_A
            + " of pool four; make the context again from its text, or keep its source",
        () -> ask(context(old.getId())));
    assertThat(gateway.encoder4.requests).isEmpty();
  }
}
