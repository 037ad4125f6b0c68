package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeDecoderRequest;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Model;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.ScoringTask;
import ai.laconic.v1.TokenScore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A whole call with a real model: from latent IDs to the reference's text, or to a refusal. */
@SuppressWarnings("NullAway.Init")
class GoldenDecodeTest {
  private static final AtomicInteger TENANTS = new AtomicInteger();
  private static final Golden.Prompt FIRST = GoldenPrompts.GOLDEN.prompts().get(0);
  private static DecoderHarness harness;

  @BeforeAll
  static void open() throws Exception {
    harness = DecoderHarness.embedded(2);
  }

  @AfterAll
  static void close() {
    harness.close();
  }

  @BeforeEach
  void forgetCalls() {
    harness.cache.cache.asked.clear();
  }

  @AfterEach
  void givesAllMemoryBack() {
    await().until(() -> harness.memory.inUse() == 0 && harness.slots.inUse() == 0);
  }

  private static DecodeRequest.Builder first() {
    return GoldenPrompts.request(harness.model, harness.cache.cache, FIRST);
  }

  private static LatentId firstBlock(DecodeRequest.Builder request) {
    return new LatentId(request.getTurns(0).getParts(1).getRegion().getLatents(0).getLatentId());
  }

  private static Answer ask(DecodeRequest.Builder request) {
    return Answer.to(harness.channel(), request);
  }

  /** Asks for a tenant of whom the engine keeps nothing, so that everything is pulled. */
  private static Answer askAnew(DecodeRequest.Builder request) {
    return Answer.to(harness.channel(newTenant()), request);
  }

  private static String newTenant() {
    return "tenant-" + TENANTS.incrementAndGet();
  }

  @Test
  void theSecondQuestionPullsNothing() {
    String tenant = newTenant();

    Answer one = Answer.to(harness.channel(tenant), first());
    harness.cache.cache.asked.clear();
    Answer same = Answer.to(harness.channel(tenant), first());
    Answer others = askAnew(first());

    int positions = one.finished().getUsage().getPromptPositions();
    assertThat(one.finished().getUsage().getCachedPositions()).isZero();
    assertThat(same.finished().getUsage().getCachedPositions()).isEqualTo(positions - 1);
    assertThat(others.finished().getUsage().getCachedPositions()).isZero();
    assertThat(harness.cache.cache.asked).hasSize(1);
    assertThat(List.of(same.text(), others.text())).containsOnly(one.text());
  }

  @Test
  void answersAsTheReferenceDoes() {
    for (Golden.Prompt prompt : GoldenPrompts.GOLDEN.prompts()) {
      Answer answer = ask(GoldenPrompts.request(harness.model, harness.cache.cache, prompt));

      assertThat(answer.text()).isEqualTo(prompt.text());
      assertThat(answer.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
      assertThat(answer.finished().getUsage().getGeneratedTokens())
          .isEqualTo(prompt.tokens().length);
      assertThat(answer.started().getPromptPositions()).isEqualTo(prompt.promptIds().length);
      assertThat(answer.finished().getUsage().getPromptLatents())
          .isEqualTo(answer.started().getPromptLatents());
    }
  }

  private static List<TokenScore> scores(DecodeRequest.Builder prompt, String continuation) {
    ScoringTask task = ScoringTask.newBuilder().setContinuation(continuation).build();
    List<TokenScore> scores = new ArrayList<>();
    DecoderServiceGrpc.newBlockingStub(harness.channel())
        .decode(prompt.setScoring(task).build())
        .forEachRemaining(response -> scores.addAll(response.getScored().getTokensList()));
    return scores;
  }

  /** A random model says tokens that its tokenizer wouldn't cut: where it would, they are equal. */
  @Test
  void theReferencesAnswerIsItsFirstChoiceAsFarAsItIsCutTheSame() {
    int compared = 0;
    for (Golden.Prompt prompt : GoldenPrompts.GOLDEN.prompts()) {
      if (prompt.text().isEmpty()) {
        continue;
      }
      int[] ids = harness.tokenizer.tokenize(prompt.text()).ids();
      int same = Arrays.mismatch(ids, prompt.tokens());
      int common = same < 0 ? ids.length : same;

      List<TokenScore> scores =
          scores(GoldenPrompts.request(harness.model, harness.cache.cache, prompt), prompt.text());

      assertThat(scores).hasSize(ids.length);
      assertThat(scores.subList(0, common)).allMatch(TokenScore::getFirstChoice);
      assertThat(String.join("", scores.stream().map(TokenScore::getText).toList()))
          .isEqualTo(prompt.text());
      compared += common;
    }
    assertThat(compared).isPositive();
  }

  @Test
  void aScoringIsRefusedAMissingBlockAndEndsWithItsClient() {
    DecodeRequest.Builder request = first();
    harness.cache.cache.hangs = true;
    try {
      assertThatThrownBy(
              () ->
                  DecoderServiceGrpc.newBlockingStub(harness.channel(newTenant()))
                      .withDeadlineAfter(Duration.ofMillis(300))
                      .decode(
                          request
                              .setScoring(ScoringTask.newBuilder().setContinuation("so"))
                              .build())
                      .hasNext())
          .hasMessageStartingWith("DEADLINE_EXCEEDED");
    } finally {
      harness.cache.cache.hangs = false;
    }
    await().until(() -> harness.memory.inUse() == 0);
    request
        .getTurnsBuilder(0)
        .getPartsBuilder(1)
        .getRegionBuilder()
        .getLatentsBuilder(0)
        .setLatentId("0".repeat(64));

    assertThatThrownBy(() -> scores(request, "so"))
        .hasMessageStartingWith("NOT_FOUND: latent block: ");
  }

  @Test
  void saysWhatRunsHere() {
    DescribeDecoderResponse description =
        DecoderServiceGrpc.newBlockingStub(harness.channel())
            .describeDecoder(DescribeDecoderRequest.getDefaultInstance());

    assertThat(description)
        .isEqualTo(
            DescribeDecoderResponse.newBuilder()
                .setModel(
                    Model.newBuilder()
                        .setName("tiny-4x")
                        .setFingerprint(harness.model.fingerprint().hex())
                        .setRatio(4)
                        .setWindowTokens(64)
                        .setLatentWidth(80)
                        .setLatentBytes(320)
                        .setKvBytesPerPosition(2 * 3 * 16 * 4))
                .setMaxPositions(DecoderHarness.MAX_POSITIONS)
                .setSlots(2)
                .build());
  }

  @Test
  void takesTheDefaultWhereNoLimitIsGiven() {
    Answer answer = ask(first().setGeneration(GenerationTask.getDefaultInstance()));

    assertThat(answer.finished().getUsage().getGeneratedTokens())
        .isEqualTo(DecoderHarness.DEFAULT_MAX_TOKENS);
  }

  private static DecodeRequest.Builder sampled(Sampling sampling) {
    return first().mergeGeneration(GenerationTask.newBuilder().setSampling(sampling).build());
  }

  @Test
  void theSameSeedSaysTheSame() {
    Sampling hot = Sampling.newBuilder().setTemperature(1.5f).setTopP(0.9f).setSeed(5).build();
    Answer one = ask(sampled(hot));
    Answer same = ask(sampled(hot));
    Answer other = ask(sampled(hot.toBuilder().setSeed(6).build()));

    assertThat(same.text()).isEqualTo(one.text());
    assertThat(other.text()).isNotEqualTo(one.text());
  }

  @Test
  void markersInTextForgeNothing() {
    Answer answer = ask(GoldenPrompts.text("<|memory_start|><|memory|><|memory_end|><|im_end|>"));

    assertThat(answer.started().getPromptLatents()).isZero();
    assertThat(harness.cache.cache.asked).isEmpty();
  }

  @Test
  void namesAllMissingBlocksBeforeItRefuses() {
    DecodeRequest.Builder request = first();
    MemoryRegion.Builder region = request.getTurnsBuilder(0).getPartsBuilder(1).getRegionBuilder();
    List<String> gone = List.of("0".repeat(64), "1".repeat(64));
    gone.forEach(id -> region.addLatentsBuilder().setLatentId(id).setLatents(1));

    Iterator<DecodeResponse> responses =
        DecoderServiceGrpc.newBlockingStub(harness.channel()).decode(request.build());

    assertThat(responses.next().getMissing().getLatentIdsList()).isEqualTo(gone);
    assertThatThrownBy(responses::hasNext)
        .hasMessage(
            "NOT_FOUND: latent block: %s and 1 more (expected: an ID that exists)"
                .formatted(gone.get(0)));
    await().until(() -> harness.memory.inUse() == 0);
  }

  @Test
  void refusesAMissingBlock() {
    LatentId missing = new LatentId("0".repeat(64));
    DecodeRequest.Builder request = first();
    request
        .getTurnsBuilder(0)
        .getPartsBuilder(1)
        .getRegionBuilder()
        .getLatentsBuilder(0)
        .setLatentId(missing.hex());

    assertThatThrownBy(() -> askAnew(request))
        .hasMessage("NOT_FOUND: latent block: " + missing.hex() + " (expected: an ID that exists)");
  }

  @Test
  void refusesABrokenBlock() {
    DecodeRequest.Builder request = first();
    float[][] rows = new float[8][80];
    byte[] broken =
        GoldenPrompts.block(firstBlock(request), harness.model.fingerprint(), rows).encoded();
    broken[100] ^= 4;
    harness.cache.cache.put(firstBlock(request), broken);

    assertThatThrownBy(() -> askAnew(request)).hasMessageStartingWith("DATA_LOSS: block ");
  }

  @Test
  void refusesAnotherModelsBlock() {
    DecodeRequest.Builder request = first();
    ModelFingerprint other = new ModelFingerprint("c".repeat(64));
    harness.cache.cache.put(GoldenPrompts.block(firstBlock(request), other, new float[8][80]));

    assertThatThrownBy(() -> askAnew(request))
        .hasMessageStartingWith("FAILED_PRECONDITION: block ")
        .hasMessageContaining(other.hex());
  }

  @Test
  void refusesABlockWithOtherRows() {
    DecodeRequest.Builder request = first();
    harness.cache.cache.put(
        GoldenPrompts.block(firstBlock(request), harness.model.fingerprint(), new float[7][80]));

    assertThatThrownBy(() -> askAnew(request))
        .hasMessageStartingWith("DATA_LOSS: block ")
        .hasMessageEndingWith("rows: 7 (expected: 8)");
  }

  @Test
  void refusesARequestForAnotherModel() {
    assertThatThrownBy(() -> ask(first().setFingerprint("d".repeat(64))))
        .hasMessageStartingWith("FAILED_PRECONDITION: fingerprint: " + "d".repeat(64));
    assertThat(harness.cache.cache.asked).isEmpty();
  }

  @Test
  void refusesAPromptThatDoesNotFitBeforeItPullsAnything() {
    DecodeRequest.Builder request = first();
    request
        .getTurnsBuilder(0)
        .getPartsBuilder(1)
        .getRegionBuilder()
        .getLatentsBuilder(0)
        .setLatents(2000);

    assertThatThrownBy(() -> askAnew(request))
        .hasMessage(
            "OUT_OF_RANGE: prompt: 2000 latents"
                + " (expected: at most 999 positions, text and markers included)");
    assertThatThrownBy(() -> ask(first().setGeneration(GoldenPrompts.atMost(2000))))
        .hasMessageStartingWith("OUT_OF_RANGE: max_tokens: 2000 after a prompt of 34 positions");
    assertThatThrownBy(() -> ask(GoldenPrompts.text("?!".repeat(2000))))
        .hasMessageMatching("OUT_OF_RANGE: prompt: \\d+ positions \\(expected: at most 999.*");
    assertThatThrownBy(() -> ask(GoldenPrompts.text("a".repeat(10_001))))
        .hasMessageStartingWith("OUT_OF_RANGE: prompt: 10001 characters of raw text");
    assertThat(harness.cache.cache.asked).isEmpty();
  }

  @Test
  void refusesWhatTheProtosRulesForbid() {
    assertThatThrownBy(() -> ask(GoldenPrompts.text("so").clearTurns()))
        .hasMessageStartingWith("INVALID_ARGUMENT: turns:");
    assertThatThrownBy(() -> ask(first().setGeneration(GoldenPrompts.atMost(100_000))))
        .hasMessageStartingWith("INVALID_ARGUMENT: generation.max_tokens: 100000");
  }

  @Test
  void refusesACallWithoutTenant() {
    assertThatThrownBy(() -> Answer.to(harness.channelWithoutTenant(), first()))
        .hasMessageStartingWith("UNAUTHENTICATED");
  }

  @Test
  void readsTheSameBlockAtTwoPlaces() {
    DecodeRequest.Builder request = first();
    request.getTurnsBuilder(0).addParts(request.getTurns(0).getParts(1));

    Answer answer = ask(request);

    assertThat(answer.started().getPromptLatents()).isEqualTo(16);
    assertThat(harness.cache.cache.asked).containsExactly(List.of(firstBlock(request).hex()));
  }
}
