package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationStarted;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Part;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Usage;
import com.google.common.collect.ImmutableList;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GenerateTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();

  private final GatewayFixture gateway = GatewayFixture.with("generation.inline-ttl", "90s");

  @AfterEach
  void close() {
    gateway.close();
  }

  private List<GenerateResponse> generate(GenerateRequest request) {
    return ImmutableList.copyOf(gateway.generation().generate(request));
  }

  private DecodeRequest decoded(Part... parts) {
    List<GenerateResponse> unused =
        generate(GenerateRequest.newBuilder().addTurns(user(parts)).build());
    DecodeRequest last = gateway.decoder4.requests.poll();
    assertThat(last).isNotNull();
    return last;
  }

  @Test
  void relaysTheAnswerOfThePool() {
    List<GenerateResponse> answers =
        generate(
            GenerateRequest.newBuilder()
                .addTurns(user(text("Hi")))
                .setRatio(16)
                .setMaxTokens(7)
                .addStop("\n")
                .setSampling(Sampling.newBuilder().setTemperature(0.5f).setSeed(3))
                .build());
    assertThat(answers)
        .containsExactly(
            GenerateResponse.newBuilder()
                .setStarted(
                    GenerationStarted.newBuilder()
                        .setPool("sixteen")
                        .setRatio(16)
                        .setPromptPositions(12)
                        .setPromptLatents(5))
                .build(),
            GenerateResponse.newBuilder().setText("Hello").build(),
            GenerateResponse.newBuilder().setText(", world").build(),
            GenerateResponse.newBuilder()
                .setFinished(
                    GenerationFinished.newBuilder()
                        .setReason(FinishReason.FINISH_REASON_STOP)
                        .setUsage(
                            Usage.newBuilder()
                                .setPromptPositions(12)
                                .setPromptLatents(5)
                                .setGeneratedTokens(2)))
                .build());
    DecodeRequest request = gateway.decoder16.requests.element();
    assertThat(request.getGeneration().getMaxTokens()).isEqualTo(7);
    assertThat(request.getGeneration().getStopList()).containsExactly("\n");
    assertThat(request.getGeneration().getSampling())
        .isEqualTo(Sampling.newBuilder().setTemperature(0.5f).setSeed(3).build());
    assertThat(request.getFingerprint()).as("no latents, no model").isEmpty();
    assertThat(gateway.decoder16.tenants).containsExactly("default");
  }

  @Test
  void drawsASeedIfTheClientHasNone() {
    Sampling warm = Sampling.newBuilder().setTemperature(0.5f).build();
    Sampling first = sampled(warm);
    Sampling second = sampled(warm);
    assertThat(first.toBuilder().clearSeed().build()).isEqualTo(warm);
    assertThat(first.hasSeed() && second.hasSeed()).isTrue();
    assertThat(first.getSeed()).isNotEqualTo(second.getSeed());

    Sampling greedy = Sampling.newBuilder().setTemperature(0).setTopK(3).build();
    assertThat(sampled(greedy)).isEqualTo(greedy);
    assertThat(sampled(Sampling.getDefaultInstance())).isEqualTo(Sampling.getDefaultInstance());
  }

  private Sampling sampled(Sampling sampling) {
    List<GenerateResponse> unused =
        generate(
            GenerateRequest.newBuilder().addTurns(user(text("Hi"))).setSampling(sampling).build());
    return gateway.decoder4.requests.remove().getGeneration().getSampling();
  }

  @Test
  void withoutARatioOrContextsTheLowestPoolAnswers() {
    DecodeRequest request = decoded(text("<|memory_start|>"));
    assertThat(request.getTurns(0).getParts(0).getText()).isEqualTo("<|memory_start|>");
  }

  @Test
  void readsAContextByItsLatentsAndExpandedSegmentsByTheirText() throws Exception {
    Context context = gateway.upload(FOUR, "One sentence. Another sentence. A third sentence.");
    DecodeRequest request = decoded(context(context.getId(), 1), text("What?"));
    assertThat(request.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
    assertThat(request.getTurns(0).getPartsList()).hasSize(4);
    assertThat(request.getTurns(0).getParts(0).getRegion().getLatentsList())
        .containsExactly(context.getSegments(0).getLatent());
    assertThat(request.getTurns(0).getParts(1).getText()).isEqualTo("r sentence. A third ");
    assertThat(request.getTurns(0).getParts(2).getRegion().getLatentsList())
        .containsExactly(context.getSegments(2).getLatent());
    assertThat(request.getTurns(0).getParts(3).getText()).isEqualTo("What?");
  }

  @Test
  void aContextBringsItsRatioWithIt() throws Exception {
    Context context = gateway.upload(FOUR.toBuilder().setRatio(16).build(), "Some text.");
    List<GenerateResponse> answers =
        generate(
            GenerateRequest.newBuilder()
                .addTurns(user(range(context.getId(), 0, 1), compress("More text.")))
                .build());
    assertThat(answers.get(0).getStarted().getPool()).isEqualTo("sixteen");
    DecodeRequest request = gateway.decoder16.requests.element();
    assertThat(request.getFingerprint()).isEqualTo(Models.FINGERPRINT_B);
    assertThat(request.getTurns(0).getPartsList()).allMatch(part -> part.hasRegion());
  }

  @Test
  void inlineTextIsCompressedForAShortTime() {
    String text = "A text to compress now, of several windows.";
    DecodeRequest request = decoded(compress(text), text("What?"));
    assertThat(gateway.encoder4.requests).hasSize(1);
    assertThat(gateway.encoder4.requests.element().getText()).isEqualTo(text);
    assertThat(gateway.encoder4.requests.element().getTtl().getSeconds()).isEqualTo(90);
    assertThat(request.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
    assertThat(request.getTurns(0).getParts(0).getRegion().getLatentsList())
        .extracting(LatentRef::getLatents)
        .containsExactly(5, 5, 1);
  }

  @Test
  void aContextThatIsExpandedWholeNeedsNoModel() throws Exception {
    Context context = gateway.upload(FOUR, "Short.");
    assertThat(context.getSegmentsList()).extracting(Segment::getSpan).containsExactly(0);
    assertThat(decoded(context(context.getId(), 0)).getFingerprint()).isEmpty();
  }

  @Test
  void aSlowClientSlowsItsOwnGenerationOnly() {
    AtomicInteger sent = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          answers.onNext(FakeDecoder.started());
          answers.setOnReadyHandler(
              () -> {
                while (answers.isReady()) {
                  sent.incrementAndGet();
                  answers.onNext(FakeDecoder.text("more ".repeat(20_000)));
                }
              });
        };
    AtomicInteger received = new AtomicInteger();
    ClientCall<GenerateRequest, GenerateResponse> slow = start(received);
    slow.request(2);
    await().until(() -> received.get() == 2);
    await().during(300, TimeUnit.MILLISECONDS).until(() -> sent.get() < 20);
    assertThat(
            generate(GenerateRequest.newBuilder().addTurns(user(text("Hi"))).setRatio(16).build()))
        .as("others go on")
        .hasSize(4);
    int before = sent.get();
    slow.request(50);
    await().until(() -> sent.get() > before + 40);

    assertThat(gateway.decoder4.cancelled).hasValue(0);
    slow.cancel("enough", null);
    await().until(() -> gateway.decoder4.cancelled.get() == 1);
  }

  private ClientCall<GenerateRequest, GenerateResponse> start(AtomicInteger received) {
    ClientCall<GenerateRequest, GenerateResponse> call =
        gateway.channel.newCall(GenerationServiceGrpc.getGenerateMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(GenerateResponse message) {
            received.incrementAndGet();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {}
        },
        new Metadata());
    call.sendMessage(GenerateRequest.newBuilder().addTurns(user(text("Hi"))).build());
    call.halfClose();
    return call;
  }

  @Test
  void aClientThatGoesAwayFreesTheDecoderBeforeItsFirstAnswer() {
    gateway.decoder4.script = (request, answers) -> {};
    ClientCall<GenerateRequest, GenerateResponse> call = start(new AtomicInteger());
    call.request(1);
    await().until(() -> gateway.decoder4.requests.size() == 1);
    call.cancel("the tab was closed", null);
    await().until(() -> gateway.decoder4.cancelled.get() == 1);
  }
}
