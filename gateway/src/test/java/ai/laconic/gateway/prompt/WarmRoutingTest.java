package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.Models;
import ai.laconic.servicekit.Replicas;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.Part;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import io.grpc.Context;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool with two decoders, and which of them is asked about which context. */
@Timeout(120)
class WarmRoutingTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final int CONTEXTS = 12;
  private static final int QUESTIONS = 5;

  /** What a fake decoder says it has. */
  private static final int SLOTS = 4;

  private final List<FakeDecoder> decoders =
      List.of(
          new FakeDecoder(Models.model(Models.FINGERPRINT_A, 4)),
          new FakeDecoder(Models.model(Models.FINGERPRINT_A, 4)));
  private final Replicas replicas = new Replicas();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    replicas.close();
  }

  private GatewayFixture gateway(boolean warmRouting) {
    for (FakeDecoder decoder : decoders) {
      replicas
          .add(
              () ->
                  ServerInterceptors.intercept(
                      decoder, new TenantServerInterceptor(TenantResolver.trustedHeader())))
          .serving(Models.FINGERPRINT_A, true);
    }
    GatewayFixture gateway =
        GatewayFixture.with(
            "pools[0].decoder.target", replicas.target(), "pools[0].warm-routing", warmRouting);
    opened.add(gateway);
    // Without latents any decoder will do: in the end both were asked.
    await()
        .until(
            () -> {
              ask(gateway, text("Hello"));
              return decoders.stream().noneMatch(decoder -> decoder.requests.isEmpty());
            });
    decoders.forEach(decoder -> decoder.requests.clear());
    return gateway;
  }

  private static String ask(GatewayFixture gateway, Part... parts) {
    StringBuilder answer = new StringBuilder();
    begin(gateway, parts).forEachRemaining(event -> answer.append(event.getText()));
    return answer.toString();
  }

  private static Iterator<GenerateResponse> begin(GatewayFixture gateway, Part... parts) {
    return gateway
        .generation()
        .generate(GenerateRequest.newBuilder().setRatio(4).addTurns(user(parts)).build());
  }

  /** Returns the decoder that was asked, before the other one is. */
  private FakeDecoder home() {
    return decoders.stream()
        .filter(decoder -> !decoder.requests.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  private List<String> contexts(GatewayFixture gateway) throws Exception {
    List<String> contexts = new ArrayList<>();
    for (int i = 0; i < CONTEXTS; i++) {
      contexts.add(gateway.upload(FOUR, "Text " + i + " is none of the others.").getId());
    }
    return contexts;
  }

  /** Returns the first latents of what a decoder was asked about. */
  private static Set<String> read(FakeDecoder decoder) {
    Set<String> read = new HashSet<>();
    decoder.requests.forEach(
        request ->
            read.add(request.getTurns(0).getParts(0).getRegion().getLatents(0).getLatentId()));
    return read;
  }

  @Test
  void aContextIsReadByOneDecoder() throws Exception {
    GatewayFixture gateway = gateway(true);
    for (String context : contexts(gateway)) {
      for (int i = 0; i < QUESTIONS; i++) {
        ask(gateway, context(context), text("Question " + i));
      }
      ScoreResponse unused =
          gateway
              .generation()
              .score(
                  ScoreRequest.newBuilder()
                      .addTurns(user(context(context)))
                      .setContinuation("Hello, world")
                      .build());
    }
    Set<String> one = read(decoders.get(0));
    Set<String> other = read(decoders.get(1));
    assertThat(one).doesNotContainAnyElementsOf(other);
    assertThat(one.size() + other.size()).isEqualTo(CONTEXTS);
    assertThat(decoders.stream().mapToInt(decoder -> decoder.requests.size()).sum())
        .isEqualTo(CONTEXTS * (QUESTIONS + 1));
  }

  @Test
  void withoutWarmRoutingAnyDecoderReadsIt() throws Exception {
    GatewayFixture gateway = gateway(false);
    for (String context : contexts(gateway)) {
      for (int i = 0; i < QUESTIONS; i++) {
        ask(gateway, context(context));
      }
    }
    // That each of them met the same decoder five times is as likely as one in 10^14.
    assertThat(read(decoders.get(0))).containsAnyElementsOf(read(decoders.get(1)));
  }

  @Test
  void aDecoderWithAFreeSlotIsAskedHoweverIdleTheOtherIs() throws Exception {
    AtomicInteger described = new AtomicInteger();
    decoders.forEach(decoder -> decoder.onDescribe = described::incrementAndGet);
    GatewayFixture gateway = gateway(true);
    // Asked again, they have been heard once.
    await().until(() -> described.get() > 1);
    String context = contexts(gateway).get(0);
    ask(gateway, context(context));
    FakeDecoder home = home();
    home.script = (request, answers) -> answers.onNext(FakeDecoder.started());
    try (Context.CancellableContext held = Context.current().withCancellation()) {
      for (int i = 0; i < SLOTS; i++) {
        held.run(() -> assertThat(begin(gateway, context(context)).next().hasStarted()).isTrue());
      }
      assertThat(home.requests).hasSize(1 + SLOTS);
      assertThat(ask(gateway, context(context))).isEqualTo("Hello, world");
    }
  }

  @Test
  void anAnswerThatBreaksGoesOnElsewhere() throws Exception {
    GatewayFixture gateway = gateway(true);
    String context = contexts(gateway).get(0);
    ask(gateway, context(context));
    FakeDecoder home = home();
    home.script =
        (request, answers) -> {
          answers.onNext(FakeDecoder.started());
          answers.onNext(FakeDecoder.text("Hel"));
          answers.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    assertThat(ask(gateway, context(context))).isEqualTo("Hello, world");
    assertThat(home.requests).hasSize(2);
  }
}
